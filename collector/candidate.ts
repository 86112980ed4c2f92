import type { WireEvent } from '../schema/event/wire-event.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { PageLocation } from './enrichment/page-location.ts'
import type { Referrer } from './enrichment/source.ts'
import type { Client } from './enrichment/user-agent.ts'
import type { SenderTraits } from './sender-traits.ts'
import type { Storing } from './visitor/recent-events.ts'

/** What one HTTP request says about its sender. Lives as long as the request, in memory only. */
export type Sender = SenderTraits & {
  now: number
  /** The host in the Origin header, with its port if any; '' without one. */
  originHost: string
  /** How many events the request holds. */
  events: number
  /** Whether the address may send them; undecided until the first event needs it. */
  admitted: boolean | null
  /** How the request's rows are stored in the end, for a retry that comes meanwhile. */
  storing: () => Promise<Storing>
  /** Says how they were. */
  settle: (outcome: Storing) => void
}

/** An event on its way, with what the steps found out so far. */
export type Candidate = {
  wire: WireEvent
  site: Site
  page: PageLocation
  referrer: Referrer | null
  client: Client
  sender: Sender
}
