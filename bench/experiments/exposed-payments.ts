import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

/** Makes the payments of one day's visitors; parameters seed, site_id, experiment_id, day. */
export const exposedPaymentsSql = sqlBeside(import.meta.url)
