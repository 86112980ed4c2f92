import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { dayText, localDay, zoneAt } from '../../schema/site/local-day.ts'
import { readSites } from '../../schema/site/read-sites.ts'
import { deleteExpired } from './delete-expired.ts'
import { type KeptDays, readExpiredSites } from './expired-sites.ts'
import { firstKeptDay } from './first-kept-day.ts'
import { readRetention } from './retention.ts'

/**
 * Deletes what is told of single visits once it is older than its site keeps it: whole months, 25 unless the site says
 * otherwise. Their days stay in the rollups, and payments with what earned them stay too: neither tells of a visit.
 *
 * @returns the number of sites that had any
 */
export async function keepRetention(
  client: ClickHouseClient,
  { now, log }: { now: number; log: Logger },
): Promise<number> {
  const kept = await readKeptDays(client, now)
  if (kept.site_ids.length === 0) return 0
  const expired = await readExpiredSites(client, kept)
  if (expired.length === 0) return 0
  const days = new Map(kept.site_ids.map((siteId, index) => [siteId, kept.first_days[index] ?? '']))
  await deleteExpired(client, {
    site_ids: expired,
    first_days: expired.map((siteId) => days.get(siteId) ?? ''),
  })
  log.info({ sites: expired }, 'visits past their retention are deleted')
  return expired.length
}

/** The first day of which each site keeps visits. */
export async function readKeptDays(client: ClickHouseClient, now: number): Promise<KeptDays> {
  const [sites, retention] = await Promise.all([readSites(client), readRetention(client)])
  const days = sites.map((site) =>
    firstKeptDay(localDay(now, zoneAt(site, now)), retention.get(site.site_id) ?? 0),
  )
  return { site_ids: sites.map(({ site_id }) => site_id), first_days: days.map(dayText) }
}
