import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayText, localDayStart } from '../../schema/site/local-day.ts'
import type { SiteGroup } from './scale.ts'

const sql = sqlBeside(import.meta.url)

/** What a visit has in events, at the mean. */
const eventsPerVisit = 2.62
/** Visits of one insert: a few seconds on a busy machine, well within the client's minute. */
const visitsAtOnce = 150_000
/** Distinct pages of a site. */
const pages = 3_000

/** Writes one local day of a group of sites. `part` of the day has passed. */
export async function generateEvents(
  client: ClickHouseClient,
  { group, day, part, seed }: { group: SiteGroup; day: number; part: number; seed: number },
): Promise<void> {
  const start = localDayStart(day, group.timezone)
  const end = localDayStart(day + 1, group.timezone)
  const visits = Math.round((group.eventsADay * part) / eventsPerVisit)
  const params = {
    seed,
    day: dayText(day),
    first_site: group.firstSite,
    sites: group.sites,
    visits_a_day: visits,
    pages,
    day_start_ms: start,
    day_ms: Math.floor((end - start) * part),
  }
  for (let first = 0; first < visits; first += visitsAtOnce) {
    const some = { first_visit: first, visits: Math.min(visitsAtOnce, visits - first) }
    await client.command({ query: sql(), query_params: { ...params, ...some } })
  }
}
