import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

/** Makes the refunds of one day's payments; parameters seed, site_id, day. */
export const exposedRefundsSql = sqlBeside(import.meta.url)
