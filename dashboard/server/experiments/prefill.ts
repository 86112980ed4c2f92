import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { GoalTarget } from '../../../schema/experiment/goal.ts'
import { currencyExponent } from '../../../schema/payment/money.ts'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Prefill } from '../../contract/calculators.ts'
import { matcherOf } from '../goals/goal-matcher.ts'
import { goalReachedSql } from '../goals/goal-reached.ts'
import { fillTemplate } from '../query/template.ts'
import { valueMoney } from './value-money.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({
  days: integer,
  visitors: integer,
  converters: integer,
  buyers: integer,
  revenue: integer,
  order_cv: z.number().nullable(),
})

const wholeDays = 28

type Wanted = {
  site: Site
  /** Only visitors who saw this path; null for all. */
  page: string | null
  goal: { goal_id: number; target: GoalTarget } | null
  livemode: boolean
  now: number
}

/** What the last 28 whole days tell of visitors and a goal, as a test would count them. */
export async function readPrefill(client: ClickHouseClient, wanted: Wanted): Promise<Prefill> {
  const { site, page, goal, livemode, now } = wanted
  const today = localDay(now, zoneAt(site, now))
  const matcher = goal && matcherOf(goal.goal_id, goal.target)
  const matchers = matcher === null ? [] : [matcher]
  const params = {
    site_id: site.site_id,
    currency: site.currency,
    livemode,
    page: page ?? '',
    from: dayText(today - wholeDays),
    to: dayText(today - 1),
    goal_kinds: matchers.map(({ kind }) => kind),
    goal_operators: matchers.map(({ operator }) => operator),
    goal_values: matchers.map(({ value }) => value),
    goal_names: matchers.map(({ event_name }) => event_name),
  }
  const [found] = await readRows(client, {
    sql: fillTemplate(sql(), { reached: goalReachedSql() }),
    params,
    row,
  })
  if (found === undefined || found.visitors === 0)
    return { days: 0, daily_visitors: 0, rate: null, revenue: null }
  const ofRevenue = goal?.target.kind === 'revenue'
  const reached = ofRevenue ? found.buyers : found.converters
  const { days, visitors, buyers, revenue, order_cv } = found
  const major = 10 ** currencyExponent(site.currency)
  return {
    days,
    daily_visitors: Number((visitors / days).toFixed(1)),
    rate: goal === null || reached === 0 ? null : reached / visitors,
    revenue:
      buyers === 0
        ? null
        : {
            rate: buyers / visitors,
            revenue_per_visitor: valueMoney(revenue / major / visitors, site.currency),
            average_order_value: valueMoney(revenue / major / buyers, site.currency),
            order_cv,
          },
  }
}
