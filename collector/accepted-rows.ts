import type { VisitAttributes } from '../schema/event/visit-attributes.ts'
import type { Confidence } from '../schema/payment/claim-state.ts'

/**
 * An enriched event, ready for the table `events`, without an address or a user agent. `day` is the number of days
 * since 1970 of the site-local day on which the visit began; `received_at` is milliseconds since 1970.
 */
export type EventRow = VisitAttributes & {
  site_id: number
  day: number
  name: string
  visitor_id: bigint
  session_id: bigint
  received_at: number
  event_id: string
  event_no: number
  pageview_no: number
  interaction_no: number
  pathname: string
  props: Record<string, string>
  revenue_amount: number
  revenue_currency: string
  engagement_ms: number
  scroll_depth: number
}

/** A payment claim, ready for the table `payment_claims`: a page was opened with a Checkout Session's id. */
export type ClaimRow = VisitAttributes & {
  site_id: number
  stripe_session_id: string
  claimed_at: number
  claim_id: string
  day: number
  visitor_id: bigint
  session_id: bigint
  confidence: Exclude<Confidence, 'exact' | 'unattributed'>
}

/** What one request brought: stored whole or not at all. */
export type AcceptedRows = { events: EventRow[]; claims: ClaimRow[] }
