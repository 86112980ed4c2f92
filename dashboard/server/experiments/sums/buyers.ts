import { sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'

/** The query that gives a row for each visitor of some days who paid, from the facts. */
export const buyersSql = sqlBeside(import.meta.url)
