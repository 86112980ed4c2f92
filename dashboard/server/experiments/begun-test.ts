import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Installation } from '../environment.ts'
import { readConnection } from '../revenue/connection.ts'
import { shownMode } from '../revenue/revenue-settings.ts'
import type { ExperimentRow } from './experiment-rows.ts'
import type { Scope } from './sums/scope.ts'
import { scopeOf } from './test-scope.ts'

/** A test with everything that its sums need. */
export type BegunTest = {
  site: Site
  row: ExperimentRow
  scope: Scope
  today: string
  stopped: string | null
}

/** What is to be added up for a test; null before its phase starts. */
export async function openTest(
  { writer, now }: Pick<Installation, 'writer' | 'now'>,
  site: Site,
  row: ExperimentRow,
): Promise<BegunTest | null> {
  const { first_day } = row.plan
  if (first_day === null || row.phase_started_at === null) return null
  const livemode = shownMode(await readConnection(writer, site.site_id))
  const dayOf = (ms: number) => dayText(localDay(ms, zoneAt(site, ms)))
  const today = dayOf(now())
  const stopped = row.stopped_at === null ? null : dayOf(row.stopped_at)
  const last_day = stopped !== null && stopped < today ? stopped : today
  return { site, row, today, stopped, scope: scopeOf(site, row, { first_day, last_day, livemode }) }
}
