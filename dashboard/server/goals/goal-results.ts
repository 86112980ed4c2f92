import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { toMoney } from '../../../schema/payment/money.ts'
import { dayText } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { GoalResults } from '../../contract/goals.ts'
import type { Days } from '../query/date-range.ts'
import { fillTemplate } from '../query/template.ts'
import { matcherOf } from './goal-matcher.ts'
import { goalReachedSql } from './goal-reached.ts'
import type { Goal } from './goals.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({
  key: z.string(),
  visitors: integer,
  conversions: integer,
  amounts: z.record(z.string(), integer),
})
type Row = z.infer<typeof row>

/** A visit that runs across midnight, or a buyer who pays days after, reached the goal on an earlier day. */
const daysBefore = 30

type Wanted = { site: Site; goals: readonly Goal[]; days: Days; livemode: boolean }

/** How often each goal of a site was reached in some days, and what it brought. */
export async function readGoalResults(client: ClickHouseClient, wanted: Wanted): Promise<GoalResults> {
  const { site, goals, days, livemode } = wanted
  const matched = goals.flatMap((goal) => {
    const matcher = matcherOf(goal.goal_id, goal.target)
    return matcher === null ? [] : [{ ...matcher, key: String(goal.goal_id) }]
  })
  const paid = goals.flatMap(({ goal_id, target }) =>
    target.kind === 'revenue' ? [{ key: String(goal_id), least: target.at_least ?? 0 }] : [],
  )
  const params = {
    site_id: site.site_id,
    currency: site.currency,
    livemode,
    from: dayText(days.from),
    to: dayText(days.to),
    visits_from: dayText(days.from - daysBefore),
    goal_keys: matched.map(({ key }) => key),
    goal_kinds: matched.map(({ kind }) => kind),
    goal_operators: matched.map(({ operator }) => operator),
    goal_values: matched.map(({ value }) => value),
    goal_names: [...new Set(matched.map(({ event_name }) => event_name))],
    amount_keys: paid.map(({ key }) => key),
    amounts: paid.map(({ least }) => least),
  }
  const rows = await readRows(client, {
    sql: fillTemplate(sql(), { reached: goalReachedSql() }),
    params,
    row,
  })
  const of = (key: string) => rows.find((each) => each.key === key)
  const visitors = of('')?.visitors ?? 0
  return {
    from: params.from,
    to: params.to,
    visitors,
    test_revenue: !livemode,
    results: goals.map(({ goal_id, name }) =>
      resultOf({ goal_id, name }, of(String(goal_id)), { site, visitors }),
    ),
  }
}

function resultOf(
  goal: Pick<Goal, 'goal_id' | 'name'>,
  found: Row = { key: '', visitors: 0, conversions: 0, amounts: {} },
  { site, visitors: all }: { site: Site; visitors: number },
): GoalResults['results'][number] {
  const { visitors, conversions, amounts } = found
  const others = Object.entries(amounts)
    .filter(([currency]) => currency !== site.currency)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([currency, amount]) => toMoney(amount, currency))
  const revenue = toMoney(amounts[site.currency] ?? 0, site.currency)
  return {
    ...goal,
    visitors,
    conversions,
    rate: all === 0 ? null : Number(((visitors * 100) / all).toFixed(2)),
    revenue: others.length === 0 ? revenue : { ...revenue, others },
  }
}
