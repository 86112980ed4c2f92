import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../../schema/clickhouse/cell.ts'
import { sealSecret } from '../../../schema/sealed-secret.ts'
import type { Installation } from '../environment.ts'
import { deleteOldVersions } from '../site/old-versions.ts'
import { readConnection } from './connection.ts'

type Saved = {
  siteId: number
  key: string
  hint: string
  livemode: boolean
  accountId: string
}

type Keeper = Pick<Installation, 'settings' | 'writer' | 'masterKey' | 'now'>

/** Saves a tested key, encrypted for this site and mode. The key before it leaves the tables. */
export async function saveConnection(keeper: Keeper, saved: Saved): Promise<void> {
  const { siteId, key, hint, livemode, accountId } = saved
  const version = await keeper.settings.change(async (write) => {
    const before = await readConnection(keeper.writer, siteId)
    const row = {
      site_id: siteId,
      provider: 'stripe',
      method: 'payment_links',
      sealed_key: sealSecret(key, { siteId, purpose: 'stripe', livemode }, keeper.masterKey),
      key_hint: hint,
      livemode,
      account_id: accountId,
      connected_at: instantCell(keeper.now()),
      deleted: false,
    }
    return await write('revenue_connections', row, before?.version)
  })
  await forgetOldKeys(keeper.writer, siteId, version)
}

/**
 * Removes a site's key. The mode stays known, so that reports go on showing the payments of that mode.
 *
 * @returns false when there was no connection
 */
export async function removeConnection(keeper: Keeper, siteId: number): Promise<boolean> {
  const version = await keeper.settings.change(async (write) => {
    const before = await readConnection(keeper.writer, siteId)
    if (before === null || before.deleted) return null
    const row = {
      site_id: siteId,
      provider: 'stripe',
      method: before.method,
      sealed_key: '',
      key_hint: '',
      livemode: before.livemode,
      account_id: '',
      connected_at: instantCell(before.connected_at),
      deleted: true,
    }
    return await write('revenue_connections', row, before.version)
  })
  if (version === null) return false
  await forgetOldKeys(keeper.writer, siteId, version)
  return true
}

async function forgetOldKeys(client: ClickHouseClient, siteId: number, version: bigint): Promise<void> {
  await deleteOldVersions(client, { table: 'revenue_connections', siteId, version })
}
