import type { Logger } from 'pino'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import { usableConnection } from '../stripe/connected-accounts.ts'
import { type PagingOptions, readPages, whyNot } from '../stripe/list-pages.ts'
import { askSessions } from '../stripe/questions.ts'
import type { OpenClaim } from './open-claim.ts'
import type { SessionNews } from './session-news.ts'

const minute = 60_000
const day = 24 * 60 * minute
/** A session that is claimed is at most this old (ruling 18), so a list that reaches this far back has it. */
const oldestSession = 30 * day
/** Stripe's clock and ours may differ, and a list may lag behind. */
const margin = minute

export type BulkOptions = {
  /** Takes in a page of sessions: counts what is paid and decides the claims on it. */
  take: (account: ConnectedAccount, news: readonly SessionNews[]) => Promise<unknown>
  /** What of the account's list is counted already: complete sessions made in this span (ms), or null. */
  covered: (account: ConnectedAccount) => Promise<{ from: number; until: number } | null>
  paging: PagingOptions
  /** The shortest time between two readings of one account's list, in ms. */
  gapMs: number
  now: () => number
  log: Logger
}

type Reading = {
  running: boolean
  finishedAt: number
  /** Sessions made in this span were on the list, or do not exist. */
  from: number
  until: number
  /** Those on the list that are not paid. */
  unpaid: ReadonlySet<string>
}

/**
 * Looks up many claims at once, from the account's list of sessions: 100 a request instead of one. What is not on the
 * list does not exist, so a storm of made-up ids costs a few requests.
 */
export class BulkLookup {
  #options: BulkOptions
  #readings = new Map<string, Reading>()

  constructor(options: BulkOptions) {
    this.#options = options
  }

  /** Whether the list of an account is being read now: its claims are better left for that. */
  isRunning(account: string): boolean {
    return this.#readings.get(account)?.running ?? false
  }

  /** Whether the list was ever read by this process. */
  hasRead(account: string): boolean {
    return this.#readings.has(account)
  }

  /** When the list may be read next, in ms since 1970. */
  nextAt(account: string): number {
    const reading = this.#readings.get(account)
    return reading ? reading.finishedAt + this.#options.gapMs : 0
  }

  /** Whether the last reading shows that Stripe has no such session. */
  isUnlisted(account: string, claim: OpenClaim): boolean {
    const reading = this.#readings.get(account)
    if (!reading) return false
    const { from, until, unpaid } = reading
    const { first_claimed_at, stripe_session_id } = claim
    return (
      first_claimed_at + margin <= until &&
      first_claimed_at - oldestSession >= from &&
      !unpaid.has(stripe_session_id)
    )
  }

  /** Reads the account's list, far enough back for a claim of `oldest` (ms), unless that was done just now. */
  async run(account: ConnectedAccount, oldest: number): Promise<void> {
    const { now, gapMs, log } = this.#options
    const last = this.#readings.get(account.name)
    if (last && (last.running || now() < last.finishedAt + gapMs)) return
    const reading = last ?? { running: false, finishedAt: 0, from: 0, until: 0, unpaid: new Set<string>() }
    reading.running = true
    this.#readings.set(account.name, reading)
    try {
      Object.assign(reading, await this.#read(account, oldest))
    } catch (error) {
      log.warn({ err: error, account: account.name }, 'the list of sessions could not be read')
    } finally {
      reading.running = false
      reading.finishedAt = now()
    }
  }

  async #read(account: ConnectedAccount, oldest: number): Promise<Partial<Reading>> {
    const { covered, take, paging, now, log } = this.#options
    const open = usableConnection(account)
    if (!open) return {}
    const until = now()
    const from = oldest - oldestSession
    const counted = await covered(account)
    // What is counted already needs no second look, but for the last day, in which sessions may still be open.
    const start = counted && counted.from <= from ? Math.max(from, counted.until - day - 60 * minute) : from
    const unpaid = new Set<string>()
    const end = await readPages(
      (after) => open.sessions('sweep', askSessions({ from: start, until, after }, 'any')),
      async (sessions, as_of) => {
        for (const { id, payment_status } of sessions) if (payment_status === 'unpaid') unpaid.add(id)
        await take(
          account,
          sessions.map((session) => ({ session, as_of })),
        )
      },
      paging,
    )
    if (end.kind !== 'end') {
      log.warn({ account: account.name, why: whyNot(end) }, 'the list of sessions was not read to its end')
      return {}
    }
    log.info({ account: account.name, sessions: end.rows }, 'claims looked up from the list of sessions')
    return { from, until, unpaid }
  }
}
