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

/** What speaks for a visit, each null where there is none. */
export type Evidence = {
  /** Whether the owner lets payments be tied to visits. */
  allowed: boolean
  /** The visit of a reference that this site signed. */
  referenced: Visit | null
  /** The credit of the first payment of the same subscription. */
  inherited: Attribution | null
  /** The visit that first claimed the Checkout Session. */
  claimed: Attribution | null
}

/**
 * Credits a payment, strongest evidence first: the visit whose signed reference came back from Stripe, which holds on
 * another device or day too; else the visit that began the subscription; else the one that first claimed the session;
 * else nobody.
 */
export function attribute({ allowed, referenced, inherited, claimed }: Evidence): Attribution {
  if (!allowed) return unattributed
  if (referenced) return { ...referenced, confidence: 'exact' }
  return inherited ?? claimed ?? unattributed
}

const strength: Record<Confidence, number> = { exact: 2, same_visit: 1, same_visitor: 1, unattributed: 0 }

/** The credit to keep when a payment is looked at again: a stronger or equal one replaces the stored, never a weaker. */
export function stronger(stored: Attribution, found: Attribution): Attribution {
  return strength[found.confidence] >= strength[stored.confidence] ? found : stored
}
