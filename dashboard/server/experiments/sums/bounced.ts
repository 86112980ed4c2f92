import { sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'

/** The visitors of some days who bounced, in the shape of `reached-in-events.sql`. */
export const bouncedSql = sqlBeside(import.meta.url)
