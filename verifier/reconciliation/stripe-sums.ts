import type { Charge, Dispute, Refund } from '../stripe/stripe-objects.ts'
import type { OurSums } from './our-sums.ts'
import type { Sums } from './reconciliation-state.ts'

type Span = { from: number; until: number }
type Taken = { stripe_gross: number; stripe_refunded: number; stripe_lost: number }

/**
 * Adds up what Stripe's own lists of charges, refunds and disputes say of a span (ms, inclusive), independently of how
 * payments were found and counted. `created` of Stripe is in seconds.
 */
export class StripeSums {
  readonly span: Span
  #sums = new Map<string, Taken>()

  constructor(span: Span) {
    this.span = span
  }

  addCharge({ created, currency, status, amount_captured }: Charge): void {
    if (status === 'succeeded') this.#add({ created, currency }, { stripe_gross: amount_captured })
  }

  addRefund({ created, currency, status, amount }: Refund): void {
    if (status !== 'failed' && status !== 'canceled')
      this.#add({ created, currency }, { stripe_refunded: amount })
  }

  addDispute({ created, currency, status, amount }: Dispute): void {
    if (status === 'lost') this.#add({ created, currency }, { stripe_lost: amount })
  }

  /** Stripe's sums beside ours, for every currency that either has. */
  beside(ours: readonly OurSums[]): Sums[] {
    const byCurrency = new Map(ours.map((sums) => [sums.currency, sums]))
    const currencies = new Set([...this.#sums.keys(), ...byCurrency.keys()])
    return [...currencies].sort().map((currency) => ({
      ...(byCurrency.get(currency) ?? { currency, gross: 0, unassigned_gross: 0, refunded: 0, lost: 0 }),
      ...(this.#sums.get(currency) ?? none),
    }))
  }

  #add({ created, currency }: { created: number; currency: string }, taken: Partial<Taken>): void {
    const at = created * 1000
    if (at < this.span.from || at > this.span.until) return
    const code = currency.toLowerCase()
    const sums = this.#sums.get(code) ?? { ...none }
    this.#sums.set(code, sums)
    sums.stripe_gross += taken.stripe_gross ?? 0
    sums.stripe_refunded += taken.stripe_refunded ?? 0
    sums.stripe_lost += taken.stripe_lost ?? 0
  }
}

const none: Readonly<Taken> = { stripe_gross: 0, stripe_refunded: 0, stripe_lost: 0 }
