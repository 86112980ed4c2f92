import { looksOf } from '../../dashboard/statistics/decision/looks.ts'
import { type Outcome, settle } from '../../dashboard/statistics/decision/outcomes.ts'
import { type ExperimentPlan, experimentPlan } from '../../dashboard/statistics/decision/plan.ts'
import { createDraws } from './random.ts'
import { daysOfTest, type Setting } from './setting.ts'
import { createShop, dayName, type SimulatedTest, variantNames } from './shop.ts'

/** Shares of the runs: any verdict at all, the right one, and the mean number of days until the first. */
export type Result = { setting: Setting; runs: number; decided: number; better: number; meanDays: number }

const planOf = (setting: Setting): ExperimentPlan =>
  experimentPlan.parse({
    mode: setting.mode,
    variants: variantNames(setting).map((name) => ({ id: name, name, weight: 1 })),
    goal: { id: 'goal', name: 'Goal', measure: setting.measure },
    minimal_lift: 0.2,
    planned_visitors: setting.visitorsADay * daysOfTest * (setting.lifts.length + 1),
    first_day: dayName(0),
    end_day: dayName(daysOfTest - 1),
  })

/** Runs a setting with the same seed for the same result. */
export function simulate(setting: Setting, runs: number, seed: number): Result {
  const plan = planOf(setting)
  const draws = createDraws(seed)
  const makeTest = createShop(setting)
  const found = Array.from({ length: runs }, () => ownerLooksDaily(plan, makeTest(draws)))
  const first = found.map((outcomes) => Math.min(daysOfTest, ...outcomes.map(({ day }) => dayNumber(day))))
  const share = (test: (outcomes: readonly Outcome[]) => boolean) => found.filter(test).length / runs
  return {
    setting,
    runs,
    decided: share((outcomes) => outcomes.length > 0),
    better: share((outcomes) => outcomes.some(({ direction }) => direction === 'better')),
    meanDays: first.reduce((sum, days) => sum + days, 0) / runs,
  }
}

/** The page is opened after each day and once more after the planned end, and each time its outcomes are stored. */
function ownerLooksDaily(plan: ExperimentPlan, test: SimulatedTest): Outcome[] {
  let settled: Outcome[] = []
  for (let day = 1; day <= daysOfTest; day++) {
    const today = dayName(day)
    const looks = looksOf(test.rowsAfter(day - 1), plan, today)
    settled = settle({ plan, looks, calendar: { today, stopped: null }, settled })
  }
  return settled
}

const dayNumber = (day: string) => 1 + Array.from({ length: daysOfTest }, (_, i) => dayName(i)).indexOf(day)

/** Monte Carlo error of the published powers (statistics.md 1.4). */
const PUBLISHED_ERROR = 0.012
/** How many standard errors of our own runs count as chance. */
const CHANCE = 3

/** From here on a bound on false winners is kept without allowance; the true shares are 3 to 4.3 %. */
const ENOUGH_RUNS = 2_000

/** Why a result breaks its setting's bound; null when it keeps it. A power of .98 stands for "over". */
export function brokenBound({ setting: { bound }, runs, decided, better }: Result): string | null {
  if ('atMost' in bound) {
    const chance = CHANCE * Math.sqrt((bound.atMost * (1 - bound.atMost)) / runs)
    if (decided <= bound.atMost + (runs < ENOUGH_RUNS ? chance : 0)) return null
    return `${percent(decided)} false winners, allowed ${percent(bound.atMost)}`
  }
  const error = CHANCE * Math.sqrt((bound.power * (1 - bound.power)) / runs) + PUBLISHED_ERROR
  const off = bound.power >= 0.98 ? bound.power - better : Math.abs(better - bound.power)
  if (off <= error) return null
  return `power ${percent(better)}, published ${percent(bound.power)} ± ${percent(error)}`
}

export const percent = (share: number) => `${(share * 100).toFixed(1)}%`
