import type { Logger } from 'pino'
import type { DropReason } from '../schema/event/drop-reason.ts'
import { wireLimits } from '../schema/event/wire-event.ts'
import type { ClientAddresses } from '../schema/process/client-address.ts'
import { zoneAt } from '../schema/site/local-day.ts'
import { isSiteHost, type Site } from '../schema/site/read-sites.ts'
import { type Accepted, accept, type Outcome, takeBack } from './accept.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import type { Sender } from './candidate.ts'
import type { Collection } from './collection.ts'
import { type DropCounters, noSite } from './drop-counters.ts'
import { answerOutcomes, answerRefusal } from './event-answer.ts'
import type { Answer, RequestHead, Route } from './http-route.ts'
import { readTraits } from './sender-traits.ts'
import type { Storing } from './visitor/recent-events.ts'

/** What the route needs of the store: it resolves when the rows are durable, or were refused whole. */
export type RowStore = { append: (rows: AcceptedRows) => Promise<Storing> }

export type EventRouteOptions = {
  collection: Collection
  store: RowStore
  counters: DropCounters
  clientAddresses: ClientAddresses
  log: Logger
  now: () => number
}

const acceptedTypes = /^(text\/plain|application\/json)\s*(;|$)/i

/** `POST /api/event`: acknowledges an event, or an array of up to 500, when it is stored. */
export function createEventRoute(options: EventRouteOptions): Route {
  return {
    POST: (head) => {
      const type = head.header('content-type')
      const sender = readSender(head, options)
      return (body) => {
        // A slow body may take seconds: the event happened when it was whole.
        sender.now = options.now()
        if (typeof body !== 'string') return refuse(body.refused, sender, options)
        if (!acceptedTypes.test(type))
          return refuse(
            'invalid',
            sender,
            options,
            'The Content-Type must be text/plain or application/json.',
          )
        return receive(body, sender, options)
      }
    },
  }
}

/** Reads the head while it can be read. */
function readSender(head: RequestHead, { clientAddresses, now }: EventRouteOptions): Sender {
  let storing: Promise<Storing> | null = null
  let settle: (outcome: Storing) => void = () => {}
  return {
    now: now(),
    ...readTraits(head, clientAddresses),
    originHost: /^https?:\/\/([^/]+)$/i.exec(head.header('origin'))?.[1]?.toLowerCase() ?? '',
    events: 1,
    admitted: null,
    storing: () => {
      storing ??= new Promise((resolve) => {
        settle = resolve
      })
      return storing
    },
    settle: (outcome) => settle(outcome),
  }
}

function receive(text: string, sender: Sender, options: EventRouteOptions): Answer | Promise<Answer> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return refuse('invalid', sender, options, text === '' ? 'The body is empty.' : 'The body is not JSON.')
  }
  if (!Array.isArray(body)) return store(accept(body, sender, options.collection), sender, options)
  if (body.length === 0) return refuse('invalid', sender, options, 'The array holds no event.')
  if (body.length > wireLimits.batch) return refuse('too_large', sender, options)
  sender.events = body.length
  const outcomes = body.flatMap((event: unknown) => accept(event, sender, options.collection))
  return store(outcomes, sender, options)
}

function store(outcomes: Outcome[], sender: Sender, options: EventRouteOptions): Answer | Promise<Answer> {
  for (const outcome of outcomes) {
    if (outcome.kind === 'dropped') countDrop(outcome.reason, outcome.site, sender, options)
    if (outcome.kind === 'accepted' && outcome.claimFault)
      countDrop(outcome.claimFault, outcome.site, sender, options)
  }
  const reference = (site: Site) => isOriginOf(site, sender.originHost)
  if (outcomes.every((outcome) => outcome.kind === 'dropped')) return answerOutcomes(outcomes, reference)
  return storeRows(outcomes, sender, options).then((storing) => {
    if (storing === 'stored') return answerOutcomes(outcomes, reference)
    for (const outcome of outcomes)
      if (outcome.kind !== 'dropped') countDrop('overloaded', outcome.site, sender, options)
    return answerRefusal('overloaded')
  })
}

/** Stores what was accepted, whole or not at all, and waits for the first tries of what was repeated. */
async function storeRows(
  outcomes: readonly Outcome[],
  sender: Sender,
  options: EventRouteOptions,
): Promise<Storing> {
  const accepted = outcomes.filter((outcome) => outcome.kind === 'accepted')
  if (accepted.length > 0) {
    const storing = await appendOrTakeBack(accepted, options)
    sender.settle(storing)
    if (storing === 'overloaded') return storing
  }
  for (const outcome of outcomes)
    if (outcome.kind === 'repeated' && (await outcome.storing) === 'overloaded') return 'overloaded'
  return 'stored'
}

async function appendOrTakeBack(
  accepted: readonly Accepted[],
  { store: rowStore, collection, log }: EventRouteOptions,
): Promise<Storing> {
  const rows: AcceptedRows = {
    events: accepted.map((outcome) => outcome.event),
    claims: accepted.flatMap((outcome) => outcome.claim ?? []),
  }
  const storing = await rowStore.append(rows).catch((error: unknown) => {
    log.error({ err: error }, 'rows could not be stored')
    return 'overloaded' as const
  })
  if (storing === 'overloaded') for (const outcome of accepted.toReversed()) takeBack(outcome, collection)
  return storing
}

function refuse(reason: DropReason, sender: Sender, options: EventRouteOptions, message?: string): Answer {
  countDrop(reason, null, sender, options)
  return answerRefusal(reason, message)
}

function countDrop(reason: DropReason, site: Site | null, { now }: Sender, options: EventRouteOptions): void {
  const { counters, collection } = options
  const day = collection.localDays(now, site ? zoneAt(site, now) : 'UTC')
  counters.count(reason, { site_id: site?.site_id ?? noSite, day }, now)
}

/** Whether a page of the site sent the request: only then may it know its visit's reference. */
function isOriginOf(site: Site, originHost: string): boolean {
  return (
    originHost !== '' && (isSiteHost(site, originHost) || isSiteHost(site, originHost.replace(/:\d+$/, '')))
  )
}
