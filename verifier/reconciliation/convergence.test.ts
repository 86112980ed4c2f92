import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVisitReference } from '../../schema/event/visit-reference.ts'
import type { Hands } from '../hands-for-tests.ts'
import { openWorld, type Shop, type World } from '../world-for-tests.ts'

let world: World
let hands: Hands

beforeAll(async () => {
  world = await openWorld()
  hands = await world.hands()
})
afterAll(async () => {
  await hands.close()
  await world.close()
})

const hour = 3_600_000
const paths = ['claim', 'look', 'sweep', 'poll', 'push', 'restart'] as const
type Path = (typeof paths)[number]

/** What buyers and banks do, in the order in which they can do it. */
function history(shop: Shop, reference: string) {
  const { double } = world
  const sale = shop.session({ amount: 5000 })
  const debit = shop.session({ amount: 3000, client_reference_id: reference })
  const plan = shop.session({ amount: 900, mode: 'subscription' })
  let refund = ''
  let dispute = ''
  const acts = [
    () => double.pay(sale.id),
    () => double.pay(debit.id, { method: 'bank_debit' }),
    () => double.pay(plan.id),
    () => {
      refund = double.refund(sale.id, { amount: 700, status: 'pending' }).id
    },
    () => double.settleDelayed(debit.id),
    () => double.settleRefund(refund),
    () => double.refund(sale.id, { amount: 300 }),
    () => {
      dispute = double.openDispute(debit.id).id
    },
    () => double.failRefund(refund),
    () => double.closeDispute(dispute, { status: 'lost' }),
  ]
  return { acts, claimed: [sale.id, plan.id, debit.id] }
}

/** Runs a path of payments into the tables; each may come at any time, and again. */
async function walk(path: Path, shop: Shop, claimed: string[]): Promise<void> {
  switch (path) {
    case 'claim':
      for (const id of claimed.splice(0)) await shop.claim(id, { source: 'Google' })
      return
    case 'look':
      return await hands.claims()
    case 'sweep':
      return await hands.sweep(shop.site_id)
    case 'poll':
      return await hands.poll(shop.site_id)
    case 'push': {
      // Stripe promises no order, and sends some twice.
      const events = await shop.events()
      await shop.push([...events.reverse(), ...events.slice(0, 3)])
      return await hands.webhooks()
    }
    case 'restart':
      return hands.restartClaims()
  }
}

test('all paths, in any order and any number of times, end in the same rows', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant<'act'>('act') },
    { weight: 2, arbitrary: fc.constantFrom(...paths) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 22 }), async (steps) => {
      const shop = await world.shop({ timezone: 'America/New_York' })
      const session_id = BigInt(world.now()) << 20n
      await shop.pageview({ session_id, source: 'Newsletter', visitor_id: 9n })
      const { acts, claimed } = history(shop, makeVisitReference(session_id, shop.reference_key))
      for (const each of steps) {
        if (each !== 'act') await walk(each, shop, claimed)
        else {
          acts.shift()?.()
          world.travel(1000)
        }
      }
      for (const act of acts) act()
      await walk('claim', shop, claimed)
      world.travel(25 * hour)
      await hands.poll(shop.site_id)
      await hands.claims()

      expect(await shop.days()).toEqual(shop.ledgerDays())
      const rows = (await shop.payments()).map(({ amount, kind, source, confidence, settled_amount }) => ({
        amount,
        kind,
        source,
        confidence,
        settled_amount,
      }))
      expect(rows.sort((a, b) => a.amount - b.amount)).toEqual([
        { amount: 900, kind: 'first', source: 'Google', confidence: 'same_visit', settled_amount: 900 },
        { amount: 3000, kind: 'one_off', source: 'Newsletter', confidence: 'exact', settled_amount: 3000 },
        { amount: 5000, kind: 'one_off', source: 'Google', confidence: 'same_visit', settled_amount: 5000 },
      ])
      const refunds = (await shop.refunds()).map(({ deducted, status }) => [deducted, status])
      expect(refunds.sort()).toEqual([
        [0, 'failed'],
        [300, 'succeeded'],
      ])
      expect(await shop.disputes()).toMatchObject([
        { status: 'lost', deducted: 3000, settled_deducted: 3000 },
      ])
      expect((await shop.states()).map((row) => row.state)).toEqual(['paid', 'paid', 'paid'])
    }),
    { numRuns: 4 },
  )
}, 60_000)
