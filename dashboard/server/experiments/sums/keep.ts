import type { ClickHouseClient } from '@clickhouse/client'
import { buyersSql } from './buyers.ts'
import { type ChangedDay, readChangedDays } from './changed-days.ts'
import { readRun } from './runs.ts'
import { type Scope, scopeParams, sumKeys } from './scope.ts'
import { unitSumsSql } from './unit-sums.ts'

type Clients = { writer: ClickHouseClient; reader: ClickHouseClient }

/**
 * Keeps the sums of tests, so that a results page adds up only days that change, such as today, and reads the rest.
 *
 * A day's sums stand as long as nothing was inserted for it since, by the engine's clock. Facts inserted in the last 10
 * minutes of a run may still have neighbours on their way, so a fingerprint of them tells whether any came; once the day
 * is settled it is added up a last time. Panels that ask at once share the work.
 */
export class SumKeeper {
  readonly #clients: Clients
  readonly #running = new Map<string, Promise<string[]>>()

  constructor(clients: Clients) {
    this.#clients = clients
  }

  /**
   * Brings the sums of a test up to date, as far as its days are quiet.
   *
   * @returns the days that are to be added up from the facts, because they are not
   */
  async refresh(scope: Scope): Promise<string[]> {
    const key = JSON.stringify(scope)
    const begun = this.#running.get(key)
    if (begun !== undefined) return await begun
    const running = refresh(this.#clients, scope).finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return await running
  }
}

async function refresh(clients: Clients, scope: Scope): Promise<string[]> {
  const { reader } = clients
  const run = await readRun(reader, scope)
  const changed = await readChangedDays(reader, scope, run.summed_through)
  const stands = ({ day, settled, fingerprint }: ChangedDay) => !settled && run.later[day] === fingerprint
  const moving = changed.filter((each) => !each.quiet && !stands(each)).map(({ day }) => day)
  const quiet = changed.filter((each) => each.quiet)
  if (quiet.some((each) => !stands(each))) await keep(clients, scope, quiet)
  return moving
}

// All quiet days are kept again, also those that stand, because their fingerprints count from the new horizon.
async function keep({ writer, reader }: Clients, scope: Scope, quiet: ChangedDay[]): Promise<void> {
  const [first] = quiet
  if (first === undefined) return
  const { horizon, run_id } = first
  const days = quiet.map(({ day }) => day)
  const later = await readChangedDays(reader, scope, horizon)
  const query_params = {
    ...scopeParams(scope, days),
    dimensions: ['', 'device', 'source', 'country'],
    run_id,
  }
  const of = '{site_id:UInt32}, {experiment_id:UInt32}, {phase:UInt16}'
  // The sums come last: their run_id is what makes the buyers of that run count.
  await writer.command({
    query: `INSERT INTO experiment_buyers SELECT ${of}, {paid:String}, *, {run_id:UInt64} FROM (${buyersSql()})`,
    query_params,
  })
  await writer.command({
    query: `INSERT INTO experiment_sums SELECT ${of}, *, {run_id:UInt64} FROM (${unitSumsSql()})`,
    query_params,
  })
  const kept = new Map(
    later.filter(({ day }) => days.includes(day)).map((each) => [each.day, each.fingerprint]),
  )
  const { site_id, experiment_id, phase } = scope
  const row = {
    site_id,
    experiment_id,
    phase,
    run_id,
    summed_through: horizon,
    later: Object.fromEntries(kept),
  }
  await writer.insert({
    table: 'experiment_runs',
    values: sumKeys(scope).map((goal) => ({ ...row, goal })),
    format: 'JSONEachRow',
  })
}
