import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

/** The condition that an event reached the goal of (kind, operator, wanted), the elements of a `GoalMatcher`. */
export const goalReachedSql = sqlBeside(import.meta.url)
