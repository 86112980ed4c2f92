import type { ClickHouseClient } from '@clickhouse/client'
import { readPaymentsByReference } from '../payments/payments-by-reference.ts'
import { readStoredPayments } from '../payments/stored-payments.ts'
import { askCharge, askDispute, askRefund, askRefundsOf } from '../stripe/questions.ts'
import type { AccountDesk } from './account-desk.ts'
import { type Notice, type NoticeTopic, topicOf, topics } from './notices.ts'
import { resolveIntent, resolveInvoice } from './resolve-payments.ts'

/** `foreign` is about an object that the account does not have, `ignored` of a type that changes no money. */
export type NoticeOutcome = 'handled' | 'ignored' | 'foreign'

/**
 * Takes in what events tell about an account, whatever order they come in: sessions first, since what they fold is then
 * known. Each object is asked for once, however many events there are about it.
 *
 * @returns what became of each event, by its id
 * @throws Unanswered when Stripe gives no usable answer; what was taken stays taken
 */
export async function handleNotices(
  desk: AccountDesk,
  notices: readonly Notice[],
  client: ClickHouseClient,
): Promise<Map<string, NoticeOutcome>> {
  const byTopic = Map.groupBy(notices, topicOf)
  const outcomes = new Map<string, NoticeOutcome>()
  for (const { event_id } of byTopic.get(null) ?? []) outcomes.set(event_id, 'ignored')
  for (const topic of topics) {
    const ofTopic = byTopic.get(topic) ?? []
    for (const same of Map.groupBy(ofTopic, (notice) => notice.object_id).values()) {
      const [first] = same
      if (!first) continue
      const outcome = await handle(desk, { ...first, topic }, client)
      for (const { event_id } of same) outcomes.set(event_id, outcome)
    }
  }
  return outcomes
}

type Matter = Notice & { topic: NoticeTopic }

async function handle(desk: AccountDesk, matter: Matter, client: ClickHouseClient): Promise<NoticeOutcome> {
  const { topic, object_id: id } = matter
  switch (topic) {
    case 'session':
      return await handleSession(desk, id, client)
    case 'invoice':
      if (await isSettled(desk, { invoice_ids: [id] }, client)) return 'handled'
      await desk.takeResolved(await resolveInvoice(desk.reader, id, desk.options))
      return 'handled'
    case 'intent':
      if (await isSettled(desk, { payment_intent_ids: [id] }, client)) return 'handled'
      await desk.takeResolved(await resolveIntent(desk.reader, id, desk.options))
      return 'handled'
    case 'charge':
      return await handleCharge(desk, matter, client)
    case 'refund': {
      const refund = await desk.reader.one('refunds', askRefund(id))
      if (refund) await desk.takeRefunds([refund.value], refund.as_of)
      return refund ? 'handled' : 'foreign'
    }
    case 'dispute': {
      const dispute = await desk.reader.one('disputes', askDispute(id))
      if (dispute) await desk.takeDisputes([dispute.value], dispute.as_of)
      return dispute ? 'handled' : 'foreign'
    }
  }
}

async function handleSession(
  desk: AccountDesk,
  id: string,
  client: ClickHouseClient,
): Promise<NoticeOutcome> {
  const [stored] = await readStoredPayments(client, { site_ids: desk.siteIds, payment_ids: [id] })
  // Nothing about a paid session changes any more but what refunds and disputes tell by themselves.
  if (stored && stored.settled_amount !== null) return 'handled'
  const session = await desk.reader.session(id)
  if (!session) return 'foreign'
  await desk.takeSession({ session: session.value, as_of: session.as_of })
  return 'handled'
}

async function isSettled(
  desk: AccountDesk,
  of: { payment_intent_ids: string[] } | { invoice_ids: string[] },
  client: ClickHouseClient,
): Promise<boolean> {
  const rows = await readPaymentsByReference(client, { site_ids: desk.siteIds, ...of })
  return rows.some((row) => row.settled_amount !== null)
}

async function handleCharge(
  desk: AccountDesk,
  matter: Matter,
  client: ClickHouseClient,
): Promise<NoticeOutcome> {
  const { type, object_id: id, payment_intent } = matter
  if (type === 'charge.refunded') {
    const refunds = await desk.reader.page('refunds', askRefundsOf({ charge: id }))
    if (refunds) await desk.takeRefunds(refunds.value, refunds.as_of)
    return 'handled'
  }
  if (payment_intent !== '' && (await isSettled(desk, { payment_intent_ids: [payment_intent] }, client)))
    return 'handled'
  const charge = await desk.reader.one('charges', askCharge(id))
  if (!charge) return 'foreign'
  const { payment_intent: intent, balance_transaction: settlement } = charge.value
  if (settlement) await desk.settle(new Map([[intent, settlement]]))
  return 'handled'
}
