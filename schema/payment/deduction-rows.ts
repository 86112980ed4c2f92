import { z } from 'zod'
import { date, instant, integer, uint64 } from '../clickhouse/cell.ts'

/** What refunds and disputes have in common. Amounts are integer minor units, instants ms since 1970 UTC. */
const deduction = z.object({
  site_id: z.number().int(),
  payment_id: z.string(),
  provider: z.string(),
  account_id: z.string(),
  livemode: z.boolean(),
  status: z.string(),
  day: date,
  amount: integer,
  currency: z.string(),
  /** What counts now: `net_revenue` = gross - deducted refunds - deducted disputes (ruling 15). */
  deducted: integer,
  /** The same in the balance's currency; null while unknown. */
  settled_deducted: integer.nullable(),
  settled_currency: z.string(),
  fee: integer.nullable(),
  verified_at: instant,
  version: uint64,
})

/** A row of `refunds`. */
export const refundRow = deduction.extend({ refund_id: z.string(), refunded_at: instant })
export type RefundRow = z.infer<typeof refundRow>

/** A row of `disputes`. */
export const disputeRow = deduction.extend({
  dispute_id: z.string(),
  reason: z.string(),
  disputed_at: instant,
})
export type DisputeRow = z.infer<typeof disputeRow>
