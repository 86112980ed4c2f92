import type { ClickHouseClient } from '@clickhouse/client'
import { createRoute } from '@hono/zod-openapi'
import { localDay, zoneAt } from '../../../schema/site/local-day.ts'
import { queryBody, queryResult } from '../../contract/query.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { siteOf } from '../site/site-param.ts'
import { makeMeta, makeRows, type Readings, rangeText } from './answer.ts'
import { isByDays, readByDay, splitAt } from './by-day.ts'
import type { Days } from './date-range.ts'
import { readFirstDay } from './first-day.ts'
import { type Plan, planQuery } from './plan.ts'
import { readReport } from './report.ts'
import { createReportBasis, type ReportBasis } from './report-basis.ts'

/** `POST /api/v2/query`: parse, plan, run, shape. */
export function queryRoutes(installation: Installation) {
  const { now, reader } = installation
  const routes = createRoutes()
  const basisOf = createReportBasis(installation)

  const queryRoute = createRoute({
    ...open('read'),
    method: 'post',
    path: '/api/v2/query',
    summary: 'Traffic and revenue, in the shape of the Plausible Stats API v2',
    request: { body: takes(queryBody) },
    responses: gives('The numbers', queryResult),
  })
  routes.openapi(queryRoute, async (context) => {
    const body = context.req.valid('json')
    const site = await siteOf(installation, body.site_id)
    const moment = now()
    const today = localDay(moment, zoneAt(site, moment))
    const firstDay = body.date_range === 'all' ? await readFirstDay(reader, site.site_id) : null
    const plan = planQuery(body, site, { now: moment, firstDay: firstDay ?? today })
    const basis = await basisOf(site)
    const readings = await readBoth(reader, plan, basis)
    const wants = {
      labels: body.include.time_labels ?? false,
      total: body.include.total_rows ?? false,
    }
    const answer = {
      results: makeRows(plan, readings),
      meta: makeMeta(plan, { rows: readings.rows, now: moment, testRevenue: !basis.livemode, wants }),
      query: {
        site_id: site.domain,
        metrics: plan.metrics,
        date_range: rangeText(plan.days, plan.timezone),
        dimensions: body.dimensions,
        filters: plan.filters,
      },
    }
    return context.json(answer, 200)
  })

  return routes
}

// What a breakdown compares with are the rows that it shows, so these are read first. A total, or a series of days, is
// read together with the days right before it: planning a statement takes as long as running it.
async function readBoth(reader: ClickHouseClient, plan: Plan, basis: ReportBasis): Promise<Readings> {
  const { days, before } = plan
  const read = (of: Days, only: string[][] | null) => readReport(reader, plan, { days: of, only, basis })
  if (before === null) return { rows: await read(days, null), before: null }
  if (isByDays(plan) && before.to + 1 === days.from)
    return splitAt(plan, await readByDay(reader, plan, { days: { from: before.from, to: days.to }, basis }))
  if (plan.series !== null || plan.dimensions.length === 0) {
    const [rows, earlier] = await Promise.all([read(days, null), read(before, null)])
    return { rows, before: earlier }
  }
  const rows = await read(days, null)
  const shown = rows.map((row) => row.dimensions)
  return { rows, before: shown.length === 0 ? [] : await read(before, shown) }
}
