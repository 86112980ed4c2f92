import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { readIds, type StoredIds } from './stored-ids.ts'

const sql = sqlBeside(import.meta.url)

/** The ids of a batch's events that are in the table. The times let ClickHouse skip the other partitions. */
export const storedEvents: StoredIds = async (client, query) =>
  await readIds(client, { sql: sql(), ...query })
