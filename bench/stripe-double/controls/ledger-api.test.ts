import { expect, it } from 'vitest'
import { doubleForTests, noon } from '../double-for-tests.ts'
import { createRandom } from '../random.ts'

/** The buyers of a month, with everything that can happen to a payment; seeded. */
function trade({ double }: Awaited<ReturnType<typeof doubleForTests>>, seed: string) {
  const random = createRandom(seed)
  const subscriptions: string[] = []
  for (let count = 0; count < 120; count += 1) {
    const at = noon + count * 3_600_000
    const currency = random.pick(['usd', 'eur', 'jpy', 'kwd'])
    const mode = random.pick(['payment', 'payment', 'subscription'])
    const { id } = double.createCheckoutSession({ at, mode, currency, amount: 500 + (count % 7) * 333 })
    const method = random.pick(['card', 'card', 'bank_debit', 'declined_card'])
    const paid = double.pay(id, { at, method })
    if (method === 'bank_debit')
      random.pick([double.settleDelayed, double.failDelayed])(id, { at: at + 1000 })
    if (paid.subscription !== null && method === 'card') subscriptions.push(String(paid.subscription))
    if (method !== 'card') continue
    if (random.fraction() < 0.3) double.refund(id, { at: at + 2000, amount: 123 })
    if (random.fraction() < 0.2) double.failRefund(double.refund(id, { at: at + 3000, amount: 77 }).id)
    if (random.fraction() < 0.3) {
      const dispute = double.openDispute(id, { at: at + 4000 })
      double.closeDispute(dispute.id, { at: at + 5000, status: random.pick(['won', 'lost']) })
    }
  }
  for (const subscription of subscriptions)
    double.renewSubscription(subscription, { at: noon + 5_000_000_000 })
}

it('says what the lists of the API say, added up', async () => {
  const fixture = await doubleForTests()
  try {
    trade(fixture, 'october')
    const stripe = fixture.client(fixture.account.keys.test.restricted)
    const sums = new Map<string, number>()
    const add = (currency: string, amount: number) => sums.set(currency, (sums.get(currency) ?? 0) + amount)
    let balance = 0
    for await (const charge of stripe.charges.list({ limit: 100 })) {
      if (charge.paid) add(charge.currency, charge.amount)
    }
    for await (const refund of stripe.refunds.list({ limit: 100 })) {
      if (refund.status !== 'failed') add(refund.currency, -refund.amount)
    }
    for await (const dispute of stripe.disputes.list({ limit: 100 })) {
      if (dispute.status === 'lost') add(dispute.currency, -dispute.amount)
    }
    for await (const line of stripe.balanceTransactions.list({ limit: 100 })) balance += line.net
    const { days, settled_days } = fixture.double.ledger(fixture.account.id)
    const told = new Map<string, number>()
    for (const { currency, net } of days) told.set(currency, (told.get(currency) ?? 0) + net)
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(sums))
    expect(settled_days.reduce((sum, { net, fee }) => sum + net - fee, 0)).toBe(balance)
  } finally {
    await fixture.double.close()
  }
})
