import type { SessionRecord } from '../books/records.ts'
import { locate, seconds, type World } from '../books/world.ts'
import { expire } from './checkout-sessions.ts'

type Due = { id: string; at: number }

/** Swept entries stay in front of the list until there are this many, since dropping them copies the rest. */
const DROPPED_AT_ONCE = 4096

/**
 * Stripe expires sessions by itself. This returns the sweep that does it, to be called before each answer: it
 * takes from the front of a list in the order of expiry, so that 100,000 open sessions cost nothing.
 */
export function createExpiry(world: World): { sweep: () => void; watch: (session: SessionRecord) => void } {
  const list: Due[] = []
  let front = 0

  function watch({ id, expires_at: at }: SessionRecord) {
    let low = front
    let high = list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list[middle]?.at ?? 0) > at) high = middle
      else low = middle + 1
    }
    list.splice(low, 0, { id, at })
  }

  function sweep() {
    const now = seconds(world, undefined)
    for (let due = list[front]; due && due.at <= now; due = list[front]) {
      front += 1
      const { id } = due
      const { book, row } = locate(world, id, ({ sessions }) => sessions.get(id))
      if (row.status === 'open') expire(world, book, row)
    }
    if (front >= DROPPED_AT_ONCE) {
      list.splice(0, front)
      front = 0
    }
  }

  return { sweep, watch }
}
