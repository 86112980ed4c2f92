import type { Places } from './enrichment/place.ts'
import type { OriginReader } from './enrichment/source.ts'
import type { Client } from './enrichment/user-agent.ts'
import type { SitePlans } from './experiment/site-plans.ts'
import type { RateLimit } from './refusal/rate-limit.ts'
import type { SpamReferrers } from './refusal/spam-referrer.ts'
import type { LocalDays } from './site/local-days.ts'
import type { SiteDirectory } from './site/site-directory.ts'
import type { RecentEvents } from './visitor/recent-events.ts'
import type { Salts } from './visitor/salts.ts'
import type { Visits } from './visitor/visits.ts'

/** What acceptance knows and remembers between requests. */
export type Collection = {
  sites: SiteDirectory
  plans: SitePlans
  salts: Salts
  visits: Visits
  recentEvents: RecentEvents
  localDays: LocalDays
  addressRate: RateLimit
  siteRate: RateLimit
  spamReferrers: SpamReferrers
  userAgents: (userAgent: string) => Client
  places: Places
  origins: OriginReader
}
