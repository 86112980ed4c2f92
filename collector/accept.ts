import { randomUUID } from 'node:crypto'
import { type DropReason, dropReasons } from '../schema/event/drop-reason.ts'
import { wireEvent } from '../schema/event/wire-event.ts'
import { exposureEventName } from '../schema/experiment/experiment.ts'
import { toMinorUnits } from '../schema/payment/money.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { ClaimRow, EventRow } from './accepted-rows.ts'
import type { Candidate, Sender } from './candidate.ts'
import type { Collection } from './collection.ts'
import { type ClaimInAddress, readPageLocation } from './enrichment/page-location.ts'
import { readReferrer } from './enrichment/source.ts'
import { exposureFault } from './experiment/exposure.ts'
import { describeFault } from './refusal/describe-fault.ts'
import { siteDomain } from './site/site-directory.ts'
import { findVisit, runningVisit } from './visitor/find-visit.ts'
import type { Storing } from './visitor/recent-events.ts'
import type { Counting, Visit } from './visitor/visits.ts'

/** What became of one event for one site. */
export type Outcome =
  | { kind: 'dropped'; reason: DropReason; message: string; site: Site | null }
  | { kind: 'repeated'; site: Site; visit: Visit | null; storing: Promise<Storing> }
  | Accepted

export type Accepted = {
  kind: 'accepted'
  site: Site
  visit: Visit
  counting: Counting
  event: EventRow
  claim: ClaimRow | null
  /** Why the address's claim is none; the event is stored all the same. */
  claimFault: Extract<DropReason, 'claim_malformed' | 'claim_placeholder'> | null
}

const mostDomains = 10

/**
 * Takes one event through the named steps, cheap ones first: shape, page, site, spam referrer, bot, rate, repetition,
 * visitor and visit, exposure, claim. Changes the visits in memory; `takeBack` undoes that for what could not be stored.
 *
 * @param body one event as parsed JSON
 * @returns one outcome for each site that the event names (trackers may name several, separated by commas)
 */
export function accept(body: unknown, sender: Sender, collection: Collection): Outcome[] {
  const shape = wireEvent.safeParse(body)
  if (!shape.success) return [drop('invalid', namedSite(body, collection), describeFault(shape.error))]
  const wire = shape.data
  const page = readPageLocation(wire.url, wire.hashMode)
  if (!page) return [drop('invalid', namedSite(body, collection), 'url: is not the address of a page')]
  const referrer = readReferrer(wire.referrer)
  if (!wire.domain.includes(','))
    return [acceptFor(wire.domain, { wire, page, referrer, sender }, collection)]
  const domains = wire.domain.split(',', mostDomains)
  return domains.map((domain) => acceptFor(domain, { wire, page, referrer, sender }, collection))
}

/** Undoes what an event changed in memory, because its rows were not stored; the last event of a request first. */
export function takeBack({ visit, counting, event, claim }: Accepted, { visits }: Collection): void {
  visits.unrecord(visit, counting, event.event_no)
  if (claim) visits.unclaim(visit, claim.stripe_session_id)
}

type Parsed = Omit<Candidate, 'site' | 'client'>

function acceptFor(domain: string, parsed: Parsed, collection: Collection): Outcome {
  const { sites } = collection
  const site = sites.find(siteDomain(domain))
  if (!site) return drop(sites.loaded ? 'unknown_site' : 'overloaded', null)
  const client = collection.userAgents(parsed.sender.userAgent)
  const candidate: Candidate = { ...parsed, site, client }
  for (const refuses of refusals) {
    const reason = refuses(candidate, collection)
    if (reason) return drop(reason, site)
  }
  return repetition(candidate, collection) ?? count(candidate, collection)
}

type Refusal = (candidate: Candidate, collection: Collection) => DropReason | null

/** The steps that can only refuse, in order. */
const refusals: readonly Refusal[] = [spamReferrer, bot, addressRate, siteRate]

function spamReferrer({ referrer }: Candidate, { spamReferrers }: Collection): DropReason | null {
  return referrer && spamReferrers(referrer.host) ? 'spam_referrer' : null
}

function bot({ client, wire }: Candidate): DropReason | null {
  return client.bot || wire.webdriver ? 'bot' : null
}

function addressRate({ sender }: Candidate, { addressRate: limit }: Collection): DropReason | null {
  sender.admitted ??= limit.take(sender.addressKey, sender.events, sender.now)
  return sender.admitted ? null : 'rate_limited'
}

function siteRate({ site, sender }: Candidate, { siteRate: limit }: Collection): DropReason | null {
  return limit.take(site.site_id, 1, sender.now) ? null : 'rate_limited'
}

/** A client that retries an event gets its acknowledgement when the first try is stored. */
function repetition(candidate: Candidate, collection: Collection): Outcome | null {
  const { wire, site } = candidate
  if (wire.eventId === null) return null
  const storing = collection.recentEvents.find(site.site_id, wire.eventId)
  return storing && { kind: 'repeated', site, visit: runningVisit(candidate, collection), storing }
}

function count(candidate: Candidate, collection: Collection): Outcome {
  const { wire, site, page, sender } = candidate
  const visit = findVisit(candidate, collection)
  if (!visit) return drop('no_visit', site)
  if (wire.name === exposureEventName) {
    const fault = exposureFault(wire.props, collection.plans.of(site.site_id), visit.visitor_id)
    if (fault) return drop('invalid', site, fault)
  }
  const counting = {
    pageview: wire.name === 'pageview',
    interactive: wire.interactive && wire.name !== 'engagement',
  }
  collection.visits.record(visit, counting, sender.now)
  const event = eventRow(candidate, visit)
  if (wire.eventId !== null)
    collection.recentEvents.add(site.site_id, wire.eventId, sender.storing(), sender.now)
  const told: ClaimInAddress = site.revenue_attribution ? page.claim : { kind: 'none' }
  return {
    kind: 'accepted',
    site,
    visit,
    counting,
    event,
    claim:
      told.kind === 'id' && collection.visits.claim(visit, told.id) ? claimRow(told.id, event, visit) : null,
    claimFault: told.kind === 'fault' ? told.reason : null,
  }
}

function eventRow({ wire, page, sender }: Candidate, visit: Visit): EventRow {
  const currency = wire.revenue?.currency.toLowerCase() ?? ''
  return {
    ...visit.attributes,
    site_id: visit.site_id,
    day: visit.day,
    name: wire.name,
    visitor_id: visit.visitor_id,
    session_id: visit.session_id,
    received_at: sender.now,
    event_id: wire.eventId ?? randomUUID(),
    event_no: visit.events,
    pageview_no: visit.pageviews,
    interaction_no: visit.interactions,
    pathname: page.pathname,
    props: wire.props,
    revenue_amount: wire.revenue ? toMinorUnits(wire.revenue.amount, currency) : 0,
    revenue_currency: currency,
    engagement_ms: wire.engagementMs,
    scroll_depth: wire.scrollDepth,
  }
}

function claimRow(stripeSessionId: string, event: EventRow, visit: Visit): ClaimRow {
  return {
    ...visit.attributes,
    site_id: visit.site_id,
    stripe_session_id: stripeSessionId,
    claimed_at: event.received_at,
    claim_id: randomUUID(),
    day: visit.day,
    visitor_id: visit.visitor_id,
    session_id: visit.session_id,
    confidence: visit.continued ? 'same_visitor' : 'same_visit',
  }
}

function drop(reason: DropReason, site: Site | null, message: string = dropReasons[reason].text): Outcome {
  return { kind: 'dropped', reason, message, site }
}

/** The site that a faulty event names, so that its owner sees the fault. */
function namedSite(body: unknown, { sites }: Collection): Site | null {
  if (typeof body !== 'object' || body === null) return null
  const named = 'd' in body ? body.d : 'domain' in body ? body.domain : null
  return typeof named === 'string' && named.length <= 253 ? sites.find(siteDomain(named)) : null
}
