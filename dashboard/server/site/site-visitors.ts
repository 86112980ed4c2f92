import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'

const sql = sqlBeside(import.meta.url)
const days = 14
const row = z.object({ site_id: z.number(), local_day: z.string(), visitors: integer })

/** Visitors of each of the last 14 local days of every site, today last. */
export async function readSiteVisitors(
  client: ClickHouseClient,
  sites: Site[],
  now: number,
): Promise<Map<number, number[]>> {
  if (sites.length === 0) return new Map()
  const today = new Map(sites.map((site) => [site.site_id, localDay(now, zoneAt(site, now))]))
  const from = dayText(Math.min(...today.values()) - days + 1)
  const to = dayText(Math.max(...today.values()))
  const rows = await readRows(client, { sql: sql(), params: { from, to }, row })
  const visitors = new Map(rows.map((each) => [`${each.site_id} ${each.local_day}`, each.visitors]))
  const trendOf = (siteId: number, last: number) =>
    Array.from({ length: days }, (_, index) => {
      const day = dayText(last - days + 1 + index)
      return visitors.get(`${siteId} ${day}`) ?? 0
    })
  return new Map([...today].map(([siteId, last]) => [siteId, trendOf(siteId, last)]))
}
