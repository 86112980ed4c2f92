import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dropReasons } from '../../../schema/event/drop-reason.ts'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Live } from '../../contract/sites.ts'
import { readDropped } from './dropped.ts'

const sql = sqlBeside(import.meta.url)
const activeMs = 5 * 60_000
const row = z.object({
  events: integer,
  first_event_at: instant,
  last_event_at: instant,
  visitors_now: integer,
})

/** Whether a site's events arrive: who is there now, the first and last event, and what was dropped in 7 days. */
export async function readLive(client: ClickHouseClient, site: Site, now: number): Promise<Live> {
  const params = { site_id: site.site_id, active_since: instantCell(now - activeMs) }
  const from = dayText(localDay(now, zoneAt(site, now)) - 6)
  const [[live], dropped] = await Promise.all([
    readRows(client, { sql: sql(), params, row }),
    readDropped(client, site.site_id, from),
  ])
  const seen = live !== undefined && live.events > 0
  return {
    visitors_now: live?.visitors_now ?? 0,
    first_event_at: seen ? new Date(live.first_event_at).toISOString() : null,
    last_event_at: seen ? new Date(live.last_event_at).toISOString() : null,
    dropped: dropped.map(({ reason, count, last_at }) => ({
      reason,
      text: dropReasons[reason].text,
      count,
      last_at: new Date(last_at).toISOString(),
    })),
  }
}
