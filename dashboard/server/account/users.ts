import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** What a user may do: an owner and an admin change everything, a viewer reads. */
const role = z.enum(['owner', 'admin', 'viewer'])

const userRow = z.object({
  user_id: uint64,
  email: z.string(),
  password_hash: z.string(),
  role,
  created_at: instant,
  version: uint64,
})
export type User = z.infer<typeof userRow>

/** Every user, oldest first. E-mail addresses are in lower case. */
export async function readUsers(client: ClickHouseClient): Promise<User[]> {
  return await readRows(client, { sql: sql(), row: userRow })
}
