import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { readIds, type StoredIds } from './stored-ids.ts'

const sql = sqlBeside(import.meta.url)

/** The ids of a batch's claims that are in the table. */
export const storedClaims: StoredIds = async (client, query) =>
  await readIds(client, { sql: sql(), ...query })
