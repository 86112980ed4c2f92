import type { ClickHouseClient } from '@clickhouse/client'
import { buyersSql } from './buyers.ts'
import { type ChangedDay, readChangedDays } from './changed-days.ts'
import { type Run, readRun } from './runs.ts'
import { type Scope, scopeParams, sumKeys } from './scope.ts'
import { unitSumsSql } from './unit-sums.ts'

export type Clients = { writer: ClickHouseClient; reader: ClickHouseClient }

/**
 * What an answer stands on. `moving` days are to be added up from the facts, because these still come. `facts` names all
 * facts: as long as it is the same, so is every sum; null when days were kept meanwhile.
 */
export type Basis = { moving: string[]; facts: string | null }

/**
 * Brings the kept sums of a test up to date, as far as its days are quiet.
 *
 * A day's sums stand as long as nothing was inserted for it since, by the engine's clock. Facts inserted in the last 10
 * minutes of a run may still have neighbours on their way, so a fingerprint of them tells whether any came; once the day
 * is settled it is added up a last time.
 */
export async function keepSums(clients: Clients, scope: Scope): Promise<Basis> {
  const { reader } = clients
  const run = await readRun(reader, scope)
  const changed = await readChangedDays(reader, scope, run.summed_through)
  const stands = ({ day, settled, fingerprint }: ChangedDay) => !settled && run.later[day] === fingerprint
  const moving = changed.filter((each) => !each.quiet && !stands(each)).map(({ day }) => day)
  const quiet = changed.filter((each) => each.quiet)
  if (quiet.some((each) => !stands(each))) {
    await keep(clients, scope, quiet)
    return { moving, facts: null }
  }
  const marks = changed.map(({ day, fingerprint }) => [day, fingerprint])
  return { moving, facts: JSON.stringify([run.summed_through, marks.sort()]) }
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
    query: `INSERT INTO experiment_sums SELECT ${of}, *, {run_id:UInt64} FROM (${unitSumsSql(scope.matchers)})`,
    query_params,
  })
  const ofDays = later.filter(({ day }) => days.includes(day)).map((each) => [each.day, each.fingerprint])
  const run: Run = { summed_through: horizon, later: Object.fromEntries(ofDays) }
  const { site_id, experiment_id, phase } = scope
  await writer.insert({
    table: 'experiment_runs',
    values: sumKeys(scope).map((goal) => ({ site_id, experiment_id, phase, goal, run_id, ...run })),
    format: 'JSONEachRow',
  })
}
