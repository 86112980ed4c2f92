import { zoneAt } from '../../schema/site/local-day.ts'
import { isSiteHost, type Site } from '../../schema/site/read-sites.ts'
import type { Candidate, Sender } from '../candidate.ts'
import type { Collection } from '../collection.ts'
import { isPaymentProvider } from '../enrichment/payment-providers.ts'
import type { Referrer } from '../enrichment/source.ts'
import { visitorId } from './identity.ts'
import { type Visit, visitTimeout } from './visits.ts'

type Ids = { today: bigint; yesterday: bigint | null }

/** Who asks something of a site: all that identity needs. */
export type Asker = { site: Site; sender: Pick<Sender, 'now' | 'addressKey' | 'userAgent' | 'optsOut'> }

/**
 * Finds or starts the visit of an event: the visitor's active visit, the day before's first, since a visit that runs
 * across midnight keeps its ids; for a buyer who returns from paying, the last visit of the last 24 hours; otherwise a
 * new one. A new source within an active visit does not start another, as at Plausible.
 *
 * A visitor who opts out, where the site honours that, has no id: each of the events is a visit of its own.
 *
 * @returns null for the time spent on a page (`engagement`) whose visit has ended
 */
export function findVisit(candidate: Candidate, collection: Collection): Visit | null {
  const { site, page, sender, wire } = candidate
  const day = collection.localDays(sender.now, zoneAt(site, sender.now))
  const counts = wire.name !== 'engagement'
  if (isAnonymous(candidate)) return counts ? start(candidate, { visitor_id: 0n, day }, collection) : null

  const returned = page.claim.kind === 'id' || isFromPayment(site, candidate.referrer)
  const ids = visitorIds(candidate, { day, returned }, collection)
  const active = activeVisit(ids, sender.now, collection)
  if (active || !counts) return active
  const ended = returned ? lastVisit(ids, sender.now, collection) : null
  if (!ended) return start(candidate, { visitor_id: ids.today, day }, collection)
  ended.continued = true
  return ended
}

/** The visitor's active visit, without starting one. */
export function runningVisit(asker: Asker, collection: Collection): Visit | null {
  if (isAnonymous(asker)) return null
  return activeVisit(presentIds(asker, collection), asker.sender.now, collection)
}

/**
 * The id that the next event of this visitor will carry: that of the active visit, which may have begun the day before,
 * or the present day's. 0 for a visitor who opted out, where the site honours that.
 */
export function presentVisitorId(asker: Asker, collection: Collection): bigint {
  if (isAnonymous(asker)) return 0n
  const ids = presentIds(asker, collection)
  return activeVisit(ids, asker.sender.now, collection)?.visitor_id ?? ids.today
}

function presentIds(asker: Asker, collection: Collection): Ids {
  const { site, sender } = asker
  const day = collection.localDays(sender.now, zoneAt(site, sender.now))
  return visitorIds(asker, { day, returned: false }, collection)
}

function isAnonymous({ site, sender }: Asker): boolean {
  return site.honour_gpc && sender.optsOut
}

function isFromPayment(site: Site, referrer: Referrer | null): boolean {
  if (!referrer) return false
  const own = site.payment_link_hosts
  return isPaymentProvider(referrer.host, own) || own.includes(referrer.authority)
}

/** The referrer that may take the credit: not the site itself, and not where the buyer paid. */
function creditable(site: Site, referrer: Referrer | null): Referrer | null {
  if (!referrer || isFromPayment(site, referrer)) return null
  const own = isSiteHost(site, referrer.host) || isSiteHost(site, referrer.authority)
  return own ? null : referrer
}

function visitorIds(
  { site, sender }: Asker,
  { day, returned }: { day: number; returned: boolean },
  { salts, visits }: Collection,
): Ids {
  const traits = { site_id: site.site_id, addressKey: sender.addressKey, userAgent: sender.userAgent }
  const salt = salts.of(day)
  if (!salt) throw new Error(`there is no salt for day ${day}, which is in use`)
  const needed = returned || visits.anyOf(site.site_id, day - 1, sender.now - visitTimeout)
  const former = needed ? salts.of(day - 1) : null
  return { today: visitorId(salt, traits), yesterday: former && visitorId(former, traits) }
}

function activeVisit(ids: Ids, now: number, { visits }: Collection): Visit | null {
  const former = ids.yesterday === null ? null : visits.active(ids.yesterday, now)
  return former ?? visits.active(ids.today, now)
}

function lastVisit(ids: Ids, now: number, { visits }: Collection): Visit | null {
  const todays = visits.last(ids.today, now)
  return todays ?? (ids.yesterday === null ? null : visits.last(ids.yesterday, now))
}

function start(
  { site, page, referrer, client, sender }: Candidate,
  who: { visitor_id: bigint; day: number },
  { origins, places, visits }: Collection,
): Visit {
  const { bot: _, ...browser } = client
  const attributes = {
    hostname: page.hostname,
    entry_page: page.pathname,
    ...origins(page.search, creditable(site, referrer)),
    ...places(sender.address),
    ...browser,
  }
  return visits.start({ site_id: site.site_id, ...who, attributes }, sender.now)
}
