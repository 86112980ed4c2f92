import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { isTimezone } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

/** The name of a time zone as both Intl and the engine know it, or null when one of them does not. */
export async function readTimezone(client: ClickHouseClient, timezone: string): Promise<string | null> {
  if (!isTimezone(timezone)) return null
  const row = z.object({ time_zone: z.string() })
  const [found] = await readRows(client, { sql: sql(), params: { timezone }, row })
  return found !== undefined && isTimezone(found.time_zone) ? found.time_zone : null
}
