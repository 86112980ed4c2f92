import { localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Days } from './date-range.ts'
import type { Plan } from './plan.ts'
import type { RolledDays } from './rolled-days.ts'
import type { Rollup } from './rollup.ts'

/** Where the days of a range are read: these from facts, the others from the rows of these runs. */
export type DaySplit = { facts: number[]; runs: bigint[] }

type Asked = { plan: Plan; days: Days; rollup: Rollup; rolled: RolledDays }

/** Splits a range for its traffic. Today goes on, and a day whose events have changed is read as they are now. */
export function splitTraffic({ plan, days, rollup, rolled }: Asked): DaySplit {
  return split(days, (day) => {
    const run = day < plan.today ? rolled.traffic.get(day) : undefined
    return run === undefined || run.leftOut.includes(rollup.dimension) ? 'facts' : run.runId
  })
}

/**
 * Splits a range for its money. Money by page depends on the events of visits of any day, so while some closed day's are
 * not counted yet, all of it is read from facts.
 */
export function splitMoney({ plan, days, rollup, rolled }: Asked): DaySplit {
  const { asOf, changedMoney, changedTraffic, money } = rolled
  const closed = asOf === null ? 0 : Math.min(plan.today, localDay(asOf, zoneAt(plan.site, asOf)))
  const unsettled = rollup.ofEvents && [...changedTraffic].some((day) => day < closed)
  return split(days, (day) => {
    if (day >= closed || unsettled || changedMoney.has(day)) return 'facts'
    return money.get(day) ?? 'nothing'
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
