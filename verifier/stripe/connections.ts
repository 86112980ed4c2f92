import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { openSecret } from '../../schema/sealed-secret.ts'

const sql = sqlBeside(import.meta.url)

const connectionRow = z.object({
  site_id: z.number().int(),
  /** `payment_links`, `api` or `webhook`: where the owner puts the visit's reference. */
  method: z.string(),
  sealed_key: z.string(),
  key_hint: z.string(),
  livemode: z.boolean(),
  account_id: z.string(),
  payment_links: z.array(z.string()),
  version: uint64,
})

/** How a site is connected to Stripe, its key still sealed. `account_id` may be empty. */
export type Connection = z.infer<typeof connectionRow>

/** Every connection that exists, one a site. */
export async function readConnections(client: ClickHouseClient): Promise<Connection[]> {
  return await readRows(client, { sql: sql(), row: connectionRow })
}

/** Ruling 19: restricted keys are asked for, secret ones accepted. */
const stripeKeyPattern = /^(?:rk|sk)_(test|live)_[A-Za-z0-9]{16,}$/

/** The key of a connection, or why it cannot be used, in the owner's words. */
export type OpenedKey = { ok: true; key: string } | { ok: false; why: string }

/** Opens a connection's key. The dashboard sealed it for this site and mode. */
export function openKey(connection: Connection, masterKey: Buffer): OpenedKey {
  const { site_id: siteId, livemode, sealed_key } = connection
  const opened = openSecret(sealed_key, { siteId, purpose: 'stripe', livemode }, masterKey)
  if (!opened.ok)
    return {
      ok: false,
      why:
        opened.reason === 'other_master_key'
          ? 'The saved Stripe key was encrypted with another master key than this installation has. Restore that master key, or save the Stripe key again under Settings > Revenue.'
          : 'The saved Stripe key cannot be read. Save it again under Settings > Revenue; waiting payments are then looked up at once.',
    }
  const mode = stripeKeyPattern.exec(opened.secret)?.[1]
  if ((mode === 'live') === livemode && mode) return { ok: true, key: opened.secret }
  return {
    ok: false,
    why: 'What is saved is not a restricted or secret Stripe key of this mode. Save one under Settings > Revenue.',
  }
}
