import { sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import type { GoalMatcher } from '../../goals/goal-matcher.ts'
import { fillTemplate } from '../../query/template.ts'
import { bouncedSql } from './bounced.ts'
import { reachedInEventsSql } from './reached-in-events.ts'

const sql = sqlBeside(import.meta.url)
const nothing = "SELECT toDate(0) AS day, toUInt64(0) AS visitor_id, CAST([], 'Array(Int64)') AS times"

/** The query that adds up visitors and converters of some days from the facts. It reads only what the goals need. */
export function unitSumsSql(matchers: readonly GoalMatcher[]): string {
  const bounce = matchers.some(({ kind }) => kind === 'bounce')
  const events = matchers.some(({ kind }) => kind !== 'bounce')
  const sources = [...(events ? [reachedInEventsSql()] : []), ...(bounce ? [bouncedSql()] : [])]
  return fillTemplate(sql(), { sources: sources.length === 0 ? nothing : sources.join('\nUNION ALL\n') })
}
