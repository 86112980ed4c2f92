import { setTimeout as wait } from 'node:timers/promises'
import type { Dated, Superseded } from './open-connection.ts'
import type { PageAnswer } from './stripe-api.ts'
import type { Trouble } from './trouble.ts'

/** How a list was read: to its end, or why not. */
export type ListEnd = { kind: 'end'; rows: number } | Trouble | Superseded

export type PagingOptions = {
  /** The shortest wait after a failed try, in ms. */
  backoffMs: number
  random: () => number
  /** Aborted when the process stops. */
  signal: AbortSignal
}

const mostTries = 8
const longestBackoff = 60_000

/** Rows that are taken together: each taking is a few reads and writes of the tables, whatever its size. */
const rowsPerTake = 500

/**
 * Reads a list page by page, newest first, to its end. A page that fails is asked for again with growing pauses, up to
 * 8 times; what was taken stays taken. Pages are asked for while those before are taken.
 *
 * @param ask for the page after an object, the first one when there is none
 * @param take what is done with some hundred rows, as of the oldest of their pages; one at a time
 */
export async function readPages<T extends { id: string }>(
  ask: (after: string | undefined) => Promise<Dated<PageAnswer<T>> | Superseded>,
  take: (rows: T[], as_of: bigint) => Promise<void>,
  options: PagingOptions,
): Promise<ListEnd> {
  let after: string | undefined
  let rows = 0
  let waiting: T[] = []
  let as_of = 0n
  let taking: Promise<void> = Promise.resolve()
  // A failed taking shows when the next one is due; until then nobody waits for it.
  const takeWaiting = async () => {
    await taking
    const some = waiting
    waiting = []
    taking = some.length > 0 ? take(some, as_of) : Promise.resolve()
    taking.catch(() => undefined)
  }
  for (;;) {
    const answer = await askPatiently(() => ask(after), options)
    if (answer.kind === 'page') {
      if (waiting.length === 0) as_of = answer.as_of
      waiting.push(...answer.rows)
      rows += answer.rows.length
      after = answer.rows.at(-1)?.id
    }
    const ended = answer.kind !== 'page' || !answer.has_more || after === undefined
    if (ended || waiting.length >= rowsPerTake) await takeWaiting()
    if (!ended) continue
    await taking
    return answer.kind === 'page' ? { kind: 'end', rows } : answer
  }
}

/** Asks again while Stripe slows us down or gives nothing usable; other answers are given as they are. */
export async function askPatiently<A extends { kind: string }>(
  ask: () => Promise<A>,
  { backoffMs, random, signal }: PagingOptions,
): Promise<A> {
  for (let tries = 1; ; tries++) {
    const answer = await ask()
    const failed = answer.kind === 'rate_limited' || answer.kind === 'unavailable'
    if (!failed || tries === mostTries || signal.aborted) return answer
    const bound = Math.min(longestBackoff, backoffMs * 2 ** tries)
    await wait(Math.max(backoffMs, random() * bound), undefined, { signal, ref: false }).catch(
      () => undefined,
    )
  }
}

/** Why a list was not read to its end, in the owner's words. */
export function whyNot(end: Exclude<ListEnd, { kind: 'end' }>): string {
  switch (end.kind) {
    case 'key_rejected':
      return `Stripe refused the key: "${end.message}"`
    case 'permission_missing':
      return `The key lacks a permission: "${end.message}"`
    case 'rate_limited':
      return 'Stripe asked Revtrail to slow down.'
    case 'unavailable':
      return `Stripe gave ${end.why}.`
    case 'superseded':
      return 'The connection was replaced.'
  }
}
