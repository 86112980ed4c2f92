import type { ClickHouseClient } from '@clickhouse/client'
import { LRUCache } from 'lru-cache'
import { FreshCopy } from '../settings/fresh-copy.ts'
import { type RolledDays, readRolledDays } from './rolled-days.ts'

/** The panels of a page ask at once, and an event that is late by days may be late by a second more. */
const maxAge = 1_000
const mostSites = 500

/** What the rollups of each site have, in memory for a second. */
export function createRolledDaysCache(
  client: ClickHouseClient,
  now: () => number,
): (siteId: number) => Promise<RolledDays> {
  const copies = new LRUCache<number, FreshCopy<RolledDays>>({ max: mostSites })
  return async (siteId) => {
    let copy = copies.get(siteId)
    if (!copy) {
      copy = new FreshCopy(() => readRolledDays(client, siteId), now, maxAge)
      copies.set(siteId, copy)
    }
    return await copy.get()
  }
}
