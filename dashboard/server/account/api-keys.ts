import { createHash, randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

const apiKeyRow = z.object({
  key_id: uint64,
  user_id: uint64,
  name: z.string(),
  key_hash: z.string(),
  key_hint: z.string(),
  scope: z.enum(['read', 'manage']),
  created_at: instant,
  version: uint64,
})
export type ApiKeyRow = z.infer<typeof apiKeyRow>

/** Every API key that was not revoked, oldest first. */
export async function readApiKeys(client: ClickHouseClient): Promise<ApiKeyRow[]> {
  return await readRows(client, { sql: sql(), row: apiKeyRow })
}

/** A new key, `rvt_` and 256 random bits, with what may be stored and shown of it. */
export function makeApiKey(): { key: string; hash: string; hint: string } {
  const key = `rvt_${randomBytes(32).toString('base64url')}`
  return { key, hash: hashApiKey(key), hint: `rvt_…${key.slice(-4)}` }
}

/** What is stored of a key. It is random, so a plain hash cannot be guessed back. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
