import { noVisitAttributes, type VisitAttributes } from '../../schema/event/visit-attributes.ts'
import type { Confidence } from '../../schema/payment/claim-state.ts'
import { dayText } from '../../schema/site/local-day.ts'

/** The visit that a payment is credited to, as a payment's row carries it. Ids are 0 when there is none. */
export type Attribution = VisitAttributes & {
  visitor_id: bigint
  session_id: bigint
  /** `2026-11-24`, the site-local day on which the visit began. */
  visit_day: string
  confidence: Confidence
}

/** A visit as the tables hold it. */
export type Visit = Omit<Attribution, 'confidence'>

export const unattributed: Attribution = {
  ...noVisitAttributes,
  visitor_id: 0n,
  session_id: 0n,
  visit_day: dayText(0),
  confidence: 'unattributed',
}

/**
 * Credits a payment, strongest evidence first: the visit whose signed reference came back from Stripe, which holds on
 * another device or day too; else the visit that first claimed the session; else nobody.
 *
 * @param evidence `referenced` is the visit of a reference that this site signed; `claimed` the first claim
 */
export function attribute(evidence: {
  allowed: boolean
  referenced: Visit | null
  claimed: Attribution | null
}): Attribution {
  if (!evidence.allowed) return unattributed
  if (evidence.referenced) return { ...evidence.referenced, confidence: 'exact' }
  return evidence.claimed ?? unattributed
}
