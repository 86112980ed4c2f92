import PQueue from 'p-queue'
import type { Equipment } from '../equipment.ts'
import type { JobRuns, RunEnd } from '../jobs/job-runs.ts'
import { readUnassigned } from '../payments/unassigned-payments.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import { AccountDesk } from './account-desk.ts'
import { type Cursor, readCursors, writeCursor } from './cursors.ts'
import { pollEvents } from './poll-events.ts'
import {
  differencesOf,
  moveReconciledUntil,
  type ReconciliationState,
  writeReconciliation,
} from './reconciliation-state.ts'
import { resolveIntent } from './resolve-payments.ts'
import { type SweepResult, sweep } from './sweep.ts'

const day = 86_400_000
/** How far back the first sweep of an account goes: claims of older sessions are rejected (ruling 18). */
const firstReach = 31 * day
/** How far back the others go: a delayed payment is given up after 14 days. */
const reach = 16 * day
/** Accounts at once: one that Stripe slows down must not hold up the others. */
const accountsAtOnce = 8
/** Unassigned payments that are looked at again in a sweep. */
const mostUnassigned = 200

export type ReconcilerPace = {
  /** Between two polls of an account's events, in ms; null never polls. */
  eventsEveryMs: number | null
  /** Between two sweeps of an account, in ms; null never sweeps. */
  sweepEveryMs: number | null
}

/**
 * Keeps accounts reconciled with Stripe: a sweep of every list now and then, and events in between. Each account's
 * cursors are in the tables, so whatever was missed while the verifier was down is made up for.
 */
export class Reconciler {
  #equipment: Equipment
  #pace: ReconcilerPace
  #runs: JobRuns

  constructor(equipment: Equipment, pace: ReconcilerPace, runs: JobRuns) {
    this.#equipment = equipment
    this.#pace = pace
    this.#runs = runs
  }

  /** Polls the events of every account that is due. */
  async pollDue(): Promise<void> {
    const { eventsEveryMs } = this.#pace
    if (eventsEveryMs === null) return
    await this.#forEach(async (account) => {
      const { events } = await readCursors(this.#equipment.client, account.name)
      if (events && this.#equipment.now() - events.read_at >= eventsEveryMs) await this.poll(account)
    })
  }

  /** Sweeps every account that is due: a new one at once. */
  async sweepDue(): Promise<void> {
    const { sweepEveryMs } = this.#pace
    if (sweepEveryMs === null) return
    await this.#forEach(async (account) => {
      const { sweep: last } = await readCursors(this.#equipment.client, account.name)
      if (!last || this.#equipment.now() - last.read_at >= sweepEveryMs) await this.sweep(account)
    })
  }

  /** Takes in an account's events since its cursor. */
  async poll(account: ConnectedAccount): Promise<void> {
    const { client } = this.#equipment
    const { events } = await readCursors(client, account.name)
    if (!events) return await this.sweep(account)
    let sweepInstead = false
    const done = await this.#runs.run(
      { job: 'events', scope: account.name, site_ids: idsOf(account) },
      async (): Promise<RunEnd> => {
        const result = await pollEvents(this.#equipment, account, events)
        sweepInstead = result.kind === 'too_many'
        switch (result.kind) {
          case 'done':
            return { result: 'ok', detail: '', rows: result.events }
          case 'too_many':
            return { result: 'ok', detail: 'So much happened that the lists are read instead.', rows: 0 }
          case 'no_key':
            return { result: 'failed', detail: 'No key of this account may read events.', rows: 0 }
        }
      },
      { quiet: true },
    )
    if (sweepInstead) await this.sweep(account)
    else if (done) await this.#moveReconciled(account)
  }

  /** Reads an account's lists and compares the sums. */
  async sweep(account: ConnectedAccount): Promise<void> {
    await this.#runs.run(
      { job: 'sweep', scope: account.name, site_ids: idsOf(account) },
      async (progress) => await this.#sweep(account, progress),
    )
  }

  /** Looks again at payments of which no site is known, after the owner changed which links or sites there are. */
  async reassign(): Promise<void> {
    for (const account of this.#equipment.directory.accounts()) {
      const desk = AccountDesk.open(this.#equipment, account, 'sweep')
      if (desk) await this.#reassign(desk)
    }
  }

  async #sweep(account: ConnectedAccount, progress: (rows: number) => void): Promise<RunEnd> {
    const { client, now } = this.#equipment
    const desk = AccountDesk.open(this.#equipment, account, 'sweep')
    if (!desk) return { result: 'failed', detail: 'No key of this account can be used.', rows: 0 }
    const last = await readCursors(client, account.name)
    const until = now()
    const from = last.sweep ? Math.min(until - reach, last.sweep.covered_until - day) : until - firstReach
    let rows = 0
    try {
      const result = await sweep(desk, this.#equipment, {
        from,
        until,
        progress: (count) => {
          rows = count
          progress(count)
        },
      })
      await this.#reassign(desk)
      await this.#moveCursors(account, { last, from, until })
      const state = stateOf(result, { from, until, now: now() })
      await writeReconciliation(client, account, state)
      return { result: 'ok', detail: state.detail, rows }
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown fault'
      await this.#tellFailure(account, last.sweep, detail)
      throw error
    }
  }

  async #moveCursors(
    account: ConnectedAccount,
    span: { last: { events: Cursor | null; sweep: Cursor | null }; from: number; until: number },
  ): Promise<void> {
    const { client, now } = this.#equipment
    const { last, from, until } = span
    const covered_from = Math.min(from, last.sweep?.covered_from ?? from)
    const moved = { account: account.name, covered_from, covered_until: until, read_at: now() }
    await writeCursor(client, { ...moved, list: 'sweep' }, last.sweep)
    await writeCursor(client, { ...moved, list: 'events' }, last.events)
  }

  // Between sweeps, events keep an account reconciled: what the last sweep compared stays as it is.
  async #moveReconciled(account: ConnectedAccount): Promise<void> {
    await moveReconciledUntil(this.#equipment.client, account, this.#equipment.now())
  }

  async #tellFailure(account: ConnectedAccount, last: Cursor | null, detail: string): Promise<void> {
    const { client, now } = this.#equipment
    const swept_until = last?.covered_until ?? 0
    await writeReconciliation(client, account, {
      swept_until,
      last_run_at: now(),
      last_result: 'failed',
      detail: `${detail} It is tried again by itself.`,
      window_from: 0,
      window_until: 0,
      sums: [],
    })
  }

  async #reassign(desk: AccountDesk): Promise<void> {
    const { client } = this.#equipment
    const unassigned = await readUnassigned(client, desk.account, { limit: mostUnassigned })
    for (const { payment_id, payment_intent_id } of unassigned) {
      if (payment_id.startsWith('cs_')) {
        const session = await desk.reader.session(payment_id)
        if (session) await desk.takeSession({ session: session.value, as_of: session.as_of })
      } else if (payment_intent_id !== '') {
        await desk.takeResolved(await resolveIntent(desk.reader, payment_intent_id, desk.options))
      }
    }
  }

  async #forEach(work: (account: ConnectedAccount) => Promise<void>): Promise<void> {
    const { directory, registry, paging, log } = this.#equipment
    // Sites that share an account are known to do so only when Stripe has said whose keys they are.
    await Promise.all(registry.all().map((open) => open.nameAccount()))
    const queue = new PQueue({ concurrency: accountsAtOnce })
    const each = (account: ConnectedAccount) =>
      queue.add(async () => {
        if (paging.signal.aborted) return
        await work(account).catch((error) =>
          log.warn({ err: error, account: account.name }, 'an account could not be reconciled'),
        )
      })
    await Promise.all(directory.accounts().map(each))
  }
}

function idsOf(account: ConnectedAccount): number[] {
  return account.sites.map((site) => site.site_id)
}

function stateOf(
  result: SweepResult,
  { from, until, now }: { from: number; until: number; now: number },
): ReconciliationState {
  const common = { swept_until: until, last_run_at: now, window_from: from, window_until: until }
  if (result.kind === 'unseen')
    return {
      ...common,
      last_result: 'failed',
      detail: `The key may not read ${result.lists.join(' and ')}, so the sums cannot be compared. Allow it in Stripe.`,
      sums: [],
    }
  const detail = differencesOf(result.sums)
  return { ...common, last_result: detail === '' ? 'equal' : 'different', detail, sums: result.sums }
}
