import { sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { goalReachedSql } from '../../goals/goal-reached.ts'
import { fillTemplate } from '../../query/template.ts'

const sql = sqlBeside(import.meta.url)

/** The events of some days that reached goals. */
export const reachedInEventsSql = () => fillTemplate(sql(), { reached: goalReachedSql() })
