import { z } from 'zod'
import { instant, uint64 } from '../../schema/clickhouse/cell.ts'
import { claimStates } from '../../schema/payment/claim-state.ts'

/**
 * A claimed Checkout Session that is to be looked up: `new` when nothing is written about it yet, else its last state.
 * `attempts` counts the questions to Stripe so far, `version` is that of its row (0 when new).
 */
export const openClaim = z.object({
  site_id: z.number().int(),
  stripe_session_id: z.string(),
  first_claimed_at: instant,
  state: z.enum([...claimStates, 'new']),
  attempts: z.number().int(),
  version: uint64,
})

export type OpenClaim = z.infer<typeof openClaim>

/** The name of a claim among all sites. */
export function claimKey(claim: { site_id: number; stripe_session_id: string }): string {
  return `${claim.site_id}/${claim.stripe_session_id}`
}
