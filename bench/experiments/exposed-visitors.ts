import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

/** Makes one day of a test's visitors; parameters seed, site_id, experiment_id, day, visitors. */
export const exposedVisitorsSql = sqlBeside(import.meta.url)
