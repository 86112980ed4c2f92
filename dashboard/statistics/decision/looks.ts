import { daysBetween, type ExperimentPlan } from './plan.ts'
import { addSums, type DailySums, type GoalSums, noSums } from './sums.ts'

/** Everything up to and with one day: the arms in the plan's order, and how many whole days they cover. */
export type Look = { day: string; wholeDays: number; arms: readonly GoalSums[] }

/**
 * The looks that a daily visitor of the results page has had: one a day on which someone entered, the last of them
 * `today`, whose own day is not whole yet.
 *
 * @throws RangeError for a row of a variant that the plan does not have
 */
export function looksOf(
  rows: readonly DailySums[],
  plan: Pick<ExperimentPlan, 'variants' | 'first_day'>,
  today: string,
): Look[] {
  const positions = new Map(plan.variants.map(({ id }, position) => [id, position]))
  const byDay = Map.groupBy(
    rows.filter(({ day }) => day <= today),
    ({ day }) => day,
  )
  let arms: GoalSums[] = plan.variants.map(() => noSums)
  return [...byDay.keys()].sort().map((day) => {
    arms = [...arms]
    for (const row of byDay.get(day) ?? []) {
      const position = positions.get(row.variant)
      if (position === undefined) throw new RangeError(`the plan has no variant ${row.variant}`)
      arms[position] = addSums(arms[position] ?? noSums, row)
    }
    const wholeDays = Math.max(0, daysBetween(plan.first_day, day) + (day < today ? 1 : 0))
    return { day, wholeDays, arms }
  })
}

/** The last look, on the data up to and with `day` when given; undefined before the first visitor. */
export const lookThrough = (looks: readonly Look[], day?: string): Look | undefined =>
  looks.findLast((look) => day === undefined || look.day <= day)
