import type { ClickHouseClient } from '@clickhouse/client'
import { LRUCache } from 'lru-cache'
import { localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Installation } from '../environment.ts'
import { readConnection } from '../revenue/connection.ts'
import { shownMode } from '../revenue/revenue-settings.ts'
import { FreshCopy } from '../settings/fresh-copy.ts'
import { readLaterOrders } from './later-orders.ts'
import { readRecentMoney } from './recent-money.ts'
import { type RolledDays, readRolledDays } from './rolled-days.ts'
import { readTouchedDays } from './touched-days.ts'
import { readVisitMoneyDays } from './visit-money-days.ts'

/** What the reports of a site stand on: the mode that they show, and which days its rollups can answer for. */
export type ReportBasis = { livemode: boolean; rolled: RolledDays; settled: SettledMoney | null }

/** How far a site's money is rolled up; null when it never was. */
export type SettledMoney = {
  /** The first day that was not over when the verifier looked: days before without a run had no money. */
  closed: number
  /** Days before that whose money has changed since. */
  changed: ReadonlySet<number>
  /** Days whose money by page has changed, because events of the visits that earned it came since. */
  changedByEvents: ReadonlySet<number>
  /** Of the visits that pay on other days than the settled ones, the orders that are not their first. */
  laterOrders: readonly string[]
}

/** The panels of a page ask at once, and what is written now may be seen a second later on a day that is over. */
const maxAge = 1_000
const mostSites = 500
/** The longest that a row may take from its inserted_at until it can be read: an insert gives up after a minute. */
const longestInsert = 2 * 60_000

/** Reads what reports of a site stand on; kept in memory for a second. */
export function createReportBasis({
  reader,
  writer,
  now,
}: Pick<Installation, 'reader' | 'writer' | 'now'>): (site: Site) => Promise<ReportBasis> {
  const copies = new LRUCache<number, FreshCopy<ReportBasis>>({ max: mostSites })
  const load = async (site: Site): Promise<ReportBasis> => {
    const [connection, rolled] = await Promise.all([
      readConnection(writer, site.site_id),
      readRolledDays(reader, site.site_id),
    ])
    const settled = rolled.look && (await readSettledMoney(reader, site, { rolled, look: rolled.look }))
    return { livemode: shownMode(connection), rolled, settled }
  }
  return async (site) => {
    let copy = copies.get(site.site_id)
    if (!copy) {
      copy = new FreshCopy(() => load(site), now, maxAge)
      copies.set(site.site_id, copy)
    }
    return await copy.get()
  }
}

async function readSettledMoney(
  reader: ClickHouseClient,
  site: Site,
  { rolled, look }: { rolled: RolledDays; look: NonNullable<RolledDays['look']> },
): Promise<SettledMoney> {
  const siteId = site.site_id
  const closed = localDay(look.as_of, zoneAt(site, look.as_of))
  const recent = await readRecentMoney(reader, siteId, look.looked_at - longestInsert)
  // What was charged on a day that goes on changes none that is over.
  const late = recent.filter(({ day }) => day < closed)
  const payments = late.filter(({ kind }) => kind === 'payment')
  const touched = payments.length === 0 ? [] : await readTouchedDays(reader, siteId, payments)
  const changed = new Set([...late.map(({ day }) => day), ...touched])
  const visitDays = [...rolled.changedTraffic].filter((day) => day < closed)
  const earned = visitDays.length === 0 ? [] : await readVisitMoneyDays(reader, siteId, visitDays)
  const changedByEvents = new Set([...changed, ...earned])
  const laterOrders = await readLaterOrders(reader, { siteId, closed, days: changedByEvents })
  return { closed, changed, changedByEvents, laterOrders }
}
