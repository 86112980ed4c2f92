import type { Account } from '../payments/account.ts'
import type { FoundPayment } from '../payments/found-payment.ts'
import type { Decision } from './decide-state.ts'
import type { OpenClaim } from './open-claim.ts'

/** What was decided about a claim, as of a version. */
export type Verdict = {
  claim: OpenClaim
  decision: Decision
  /** Whether Stripe was asked. */
  asked: boolean
  /** The payment to count where the state is `paid` and there is an amount, and the account that it is of. */
  paid: { found: FoundPayment; account: Account } | null
  as_of: bigint
}
