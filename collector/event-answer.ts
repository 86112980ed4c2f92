import { type DropReason, dropReasons } from '../schema/event/drop-reason.ts'
import { makeVisitReference } from '../schema/event/visit-reference.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { Outcome } from './accept.ts'
import type { Answer } from './http-route.ts'
import type { Visit } from './visitor/visits.ts'

const retryAfterSeconds = 5

/** The answer to a request of which nothing was taken. */
export function answerRefusal(reason: DropReason, message: string = dropReasons[reason].text): Answer {
  return refusal(reason, { status: 'dropped', reason, message })
}

function refusal(reason: DropReason, body: object): Answer {
  const headers: [string, string][] = [
    ['x-revtrail-dropped', reason],
    ['Access-Control-Expose-Headers', 'x-revtrail-dropped'],
  ]
  const { status } = dropReasons[reason]
  if (status === 503 || status === 429) headers.push(['Retry-After', String(retryAfterSeconds)])
  return { status, headers, body: JSON.stringify(body) }
}

/**
 * The answer to a request whose accepted events are stored: for one event what became of it, for several how many were
 * stored and why the others were not, by their place in the array.
 *
 * @param mayKnowVisit whether the sender may be told the visit's reference of a site
 */
export function answerOutcomes(outcomes: readonly Outcome[], mayKnowVisit: (site: Site) => boolean): Answer {
  const [first] = outcomes
  if (first && outcomes.length === 1) return answerOne(first, mayKnowVisit)
  const known = outcomes.find((outcome) => outcome.kind !== 'dropped' && mayKnowVisit(outcome.site))
  const dropped = outcomes.flatMap((outcome, index) =>
    outcome.kind === 'dropped' ? { index, reason: outcome.reason, message: outcome.message } : [],
  )
  const claims = outcomes.flatMap((outcome, index) =>
    outcome.kind === 'accepted' && outcome.claimFault ? { index, reason: outcome.claimFault } : [],
  )
  const stored = outcomes.length - dropped.length
  const [cause] = dropped
  const summary = {
    status: stored > 0 ? 'stored' : 'dropped',
    stored,
    ...(known ? referenceOf(known) : {}),
    ...(dropped.length > 0 ? { dropped } : {}),
    ...(claims.length > 0 ? { claims } : {}),
  }
  if (stored === 0 && cause) return refusal(cause.reason, summary)
  return { status: 202, body: JSON.stringify(summary) }
}

function answerOne(outcome: Outcome, mayKnowVisit: (site: Site) => boolean): Answer {
  if (outcome.kind === 'dropped') return answerRefusal(outcome.reason, outcome.message)
  const fault = outcome.kind === 'accepted' ? outcome.claimFault : null
  const body = {
    status: 'stored',
    ...(mayKnowVisit(outcome.site) ? referenceOf(outcome) : {}),
    ...(fault ? { claim: fault, message: dropReasons[fault].text } : {}),
  }
  return { status: 202, body: JSON.stringify(body) }
}

/** The visit's reference, where the site wants revenue attributed and the visitor did not opt out. */
function referenceOf(outcome: Outcome): { visit: string } | object {
  if (outcome.kind === 'dropped' || !outcome.visit || !outcome.site.revenue_attribution) return {}
  return outcome.visit.visitor_id === 0n ? {} : { visit: visitReference(outcome.visit, outcome.site) }
}

function visitReference(visit: Visit, site: Site): string {
  visit.reference ??= makeVisitReference(visit.session_id, site.reference_key)
  return visit.reference
}
