import { sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { goalReachedSql } from '../../goals/goal-reached.ts'
import { fillTemplate } from '../../query/template.ts'

const sql = sqlBeside(import.meta.url)

/** The query that adds up visitors and converters of some days from the facts. */
export const unitSumsSql = () => fillTemplate(sql(), { reached: goalReachedSql() })
