import type { Equipment } from '../equipment.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import { askEvents } from '../stripe/questions.ts'
import type { StripeEvent } from '../stripe/stripe-objects.ts'
import { AccountDesk } from './account-desk.ts'
import { type Cursor, writeCursor } from './cursors.ts'
import { handleNotices } from './handle-notices.ts'
import { readHandledEvents, writeHandledEvents } from './handled-events.ts'
import { eventTypes, type Notice } from './notices.ts'

const minute = 60_000
/** An event may be listed a little after it was made, and `created` is in whole seconds. */
const overlap = 5 * minute
/** Stripe keeps events 30 days. */
const kept = 29 * 24 * 60 * minute
const batch = 50

/** More events than this are not handled one by one: the lists that they are about are read instead. */
const mostOneByOne = 300

export type PollResult = { kind: 'done'; events: number } | { kind: 'too_many' } | { kind: 'no_key' }

/**
 * Takes in what happened to an account since its cursor. Newest comes first, so the cursor moves only when everything
 * down to it was handled; a run that is cut short is repeated, and does again what it did, which is harmless.
 *
 * @returns `too_many` when a sweep is the better way: after a long pause, or in a burst
 */
export async function pollEvents(
  equipment: Equipment,
  account: ConnectedAccount,
  cursor: Cursor,
): Promise<PollResult> {
  const { client, now } = equipment
  const desk = AccountDesk.open(equipment, account, 'events')
  if (!desk) return { kind: 'no_key' }
  const until = now()
  if (until - cursor.covered_until > kept) return { kind: 'too_many' }
  const from = cursor.covered_until - overlap
  const notices: Notice[] = []
  const seen = await desk.reader.pages(
    'events',
    (after) => askEvents({ from, until: until + minute, after }, eventTypes),
    async (events) => {
      const handled = await readHandledEvents(
        client,
        events.map((event) => event.id),
      )
      notices.push(...events.filter((event) => !handled.has(event.id)).map(noticeOf))
    },
  )
  if (!seen) return { kind: 'no_key' }
  if (notices.length > mostOneByOne) return { kind: 'too_many' }
  notices.reverse()
  for (let at = 0; at < notices.length; at += batch) {
    const some = notices.slice(at, at + batch)
    const outcomes = await handleNotices(desk, some, client)
    await writeHandledEvents(
      client,
      { notices: some, outcomes },
      { account: account.name, via: 'poll', now: now() },
    )
  }
  const moved = { ...cursor, covered_until: until, read_at: now() }
  await writeCursor(client, moved, cursor)
  return { kind: 'done', events: notices.length }
}

function noticeOf({ id, type, data: { object } }: StripeEvent): Notice {
  return { event_id: id, type, object_id: object.id ?? '', payment_intent: object.payment_intent }
}
