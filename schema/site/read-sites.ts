import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, uint64 } from '../clickhouse/cell.ts'
import { readRows, sqlBeside } from '../clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** A row of `sites`. `timezone_next` takes over from `timezone` at `timezone_next_at` (ms). */
export const siteRow = z.object({
  site_id: z.number().int().positive(),
  domain: z.string(),
  hosts: z.array(z.string()),
  timezone: z.string(),
  timezone_next: z.string(),
  timezone_next_at: instant,
  currency: z.string(),
  reference_key: z.string().regex(/^[0-9a-f]{64}$/),
  payment_link_hosts: z.array(z.string()),
  honour_gpc: z.boolean(),
  revenue_attribution: z.boolean(),
  created_at: instant,
  version: uint64,
})

export type Site = z.infer<typeof siteRow>

/** Every site that exists, by domain. */
export async function readSites(client: ClickHouseClient): Promise<Site[]> {
  return await readRows(client, { sql: sql(), row: siteRow })
}

/** Whether a page's host belongs to a site: its domain, its `www.` or another subdomain, or a further host. */
export function isSiteHost(site: Pick<Site, 'domain' | 'hosts'>, host: string): boolean {
  const name = host.toLowerCase()
  return name === site.domain || name.endsWith(`.${site.domain}`) || site.hosts.includes(name)
}
