import type { ClickHouseClient } from '@clickhouse/client'
import { date, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { visitAttributes } from '../../schema/event/visit-attributes.ts'
import { dayText } from '../../schema/site/local-day.ts'
import type { Visit } from './attribute.ts'

const sql = sqlBeside(import.meta.url)
const row = visitAttributes.extend({ session_id: uint64, visitor_id: uint64, visit_day: date })
const dayMs = 86_400_000

/** The site's visits with these ids, by id. Ids that no stored visit has are left out. */
export async function readVisits(
  client: ClickHouseClient,
  query: { site_id: number; session_ids: readonly bigint[] },
): Promise<Map<bigint, Visit>> {
  if (query.session_ids.length === 0) return new Map()
  const days = new Set(query.session_ids.flatMap(possibleDays))
  const params = {
    site_id: query.site_id,
    session_ids: query.session_ids,
    days: [...days].map(dayText),
  }
  const rows = await readRows(client, { sql: sql(), params, row })
  return new Map(rows.map((visit) => [visit.session_id, visit]))
}

/** The local days on which a visit may have begun: its id is its start in ms << 20. Days that no Date holds fall out. */
function possibleDays(sessionId: bigint): number[] {
  const day = Math.floor(Number(sessionId >> 20n) / dayMs)
  return [day - 1, day, day + 1].filter((each) => each >= 0 && each <= 65_535)
}
