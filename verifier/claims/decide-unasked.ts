import { stripeSessionMode } from '../../schema/payment/stripe-session-id.ts'
import type { ConnectionOutlook } from '../stripe/open-connection.ts'
import { type Decision, keyRefused, wrongMode } from './decide-state.ts'

/**
 * What can be said about a claim without a question to Stripe, or null when Stripe is to be asked. A malformed id
 * never reaches Stripe, and neither does one of the other mode.
 *
 * @param outlook null when the site is not connected
 */
export function decideUnasked(stripeSessionId: string, outlook: ConnectionOutlook | null): Decision | null {
  const mode = stripeSessionMode(stripeSessionId)
  if (mode === null)
    return {
      state: 'rejected',
      reason: 'This is not the id of a Checkout Session, so Stripe was not asked. It is not counted.',
      next_attempt_at: null,
    }
  if (outlook === null)
    return {
      state: 'retrying',
      reason:
        'Stripe is not connected. Connect Stripe under Settings > Revenue; this payment is then looked up at once.',
      next_attempt_at: null,
    }
  if ((mode === 'live') !== outlook.livemode) return wrongMode(mode)
  if (outlook.refusal) return refused(outlook.refusal)
  if (outlook.restsUntil !== null)
    return {
      state: 'retrying',
      reason: 'Stripe does not answer at the moment. It is asked again by itself; nothing is lost.',
      next_attempt_at: outlook.restsUntil,
    }
  return null
}

function refused(refusal: NonNullable<ConnectionOutlook['refusal']>): Decision {
  const { kind, message } = refusal
  const reason = kind === 'key_unreadable' ? message : keyRefused({ kind, message })
  return { state: 'key_rejected', reason, next_attempt_at: null }
}
