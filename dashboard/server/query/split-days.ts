import type { Days } from './date-range.ts'
import type { Plan } from './plan.ts'
import type { ReportBasis } from './report-basis.ts'
import type { Rollup } from './rollup.ts'

/** Where the days of a range are read: these from facts, the others from the rows of these runs. */
export type DaySplit = { facts: number[]; runs: bigint[] }

type Asked = { plan: Plan; days: Days; rollup: Rollup; basis: ReportBasis }

/** Splits a range for its traffic. Today goes on, and a day whose events have changed is read as they are now. */
export function splitTraffic({ plan, days, rollup, basis }: Asked): DaySplit {
  return split(days, (day) => {
    const run = day < plan.today ? basis.rolled.traffic.get(day) : undefined
    return run === undefined || run.leftOut.includes(rollup.dimension) ? 'facts' : run.runId
  })
}

/** Splits a range for its money, or gives null before the verifier's first look, when all of it is read from facts. */
export function splitMoney({ plan, days, rollup, basis }: Asked): DaySplit | null {
  const { rolled, settled } = basis
  if (settled === null) return null
  const closed = Math.min(plan.today, settled.closed)
  const changed = rollup.ofEvents ? settled.changedByEvents : settled.changed
  return split(days, (day) => {
    if (day >= closed || changed.has(day)) return 'facts'
    return rolled.money.get(day) ?? 'nothing'
  })
}

function split({ from, to }: Days, placeOf: (day: number) => bigint | 'facts' | 'nothing'): DaySplit {
  const facts: number[] = []
  const runs: bigint[] = []
  for (let day = from; day <= to; day++) {
    const place = placeOf(day)
    if (place === 'facts') facts.push(day)
    else if (place !== 'nothing') runs.push(place)
  }
  return { facts, runs }
}
