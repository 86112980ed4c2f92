import { LRUCache } from 'lru-cache'
import { type Channel, channelOf } from './channel.ts'
import type { KnownSource, KnownSources } from './known-sources.ts'

/** Where a visit came from, as it is stored on the visit. `referrer` is host and path. All are '' when unknown. */
export type Origin = {
  referrer: string
  source: string
  channel: Channel
  utm_source: string
  utm_medium: string
  utm_campaign: string
  utm_content: string
  utm_term: string
}

/**
 * A referrer after parsing: its host without `www.`; the host as sent, with its port if any; and host and path without
 * a query or a trailing slash.
 */
export type Referrer = { host: string; authority: string; page: string }

const longest = 255

/** Parses a referrer; null for none, for what is no web or app address, and for what cannot be parsed. */
export function readReferrer(text: string): Referrer | null {
  if (text === '') return null
  const parsed = URL.parse(text)
  if (!parsed || !/^(https?|android-app):$/.test(parsed.protocol) || parsed.hostname === '') return null
  const host = parsed.hostname.toLowerCase().replace(/^www\./, '')
  return {
    host,
    authority: parsed.host.toLowerCase(),
    page: `${host}${parsed.pathname}`.replace(/\/$/, '').slice(0, 2_000),
  }
}

// Ad networks mark their clicks even where the owner forgot the utm parameters. fbclid is not among them: Facebook
// adds it to every link. Sources: Google Ads, Microsoft Advertising, TikTok, X and LinkedIn help pages.
const clickIds = [
  ['gclid', 'Google'],
  ['gbraid', 'Google'],
  ['wbraid', 'Google'],
  ['msclkid', 'Bing'],
  ['ttclid', 'TikTok'],
  ['twclid', 'X'],
  ['li_fat_id', 'LinkedIn'],
] as const

/** Finds the source and channel of a visit from its first page's query and referrer. */
export type OriginReader = (search: string, referrer: Referrer | null) => Origin

/** A reader with its own cache of hosts, because most visits come from a few. */
export function createOriginReader(known: KnownSources): OriginReader {
  const byHost = new LRUCache<string, { source: KnownSource | null }>({ max: 5_000 })
  const sourceOfHost = (host: string) => {
    let entry = byHost.get(host)
    if (!entry) {
      entry = { source: known.byHost(host) }
      byHost.set(host, entry)
    }
    return entry.source
  }
  return (search, referrer) => {
    const query = new URLSearchParams(search)
    const param = (name: string) =>
      (query.get(name) ?? '').toWellFormed().replaceAll('\0', '').trim().slice(0, longest)
    const tagged = param('utm_source') || param('source') || param('ref')
    const clicked = clickIds.find(([name]) => query.has(name))?.[1]
    const source = tagged
      ? known.byName(tagged)
      : referrer
        ? sourceOfHost(referrer.host)
        : clicked
          ? known.byName(clicked)
          : null
    const name = source?.name ?? (tagged || referrer?.host) ?? ''
    const campaign = { medium: param('utm_medium'), campaign: param('utm_campaign') }
    return {
      referrer: referrer?.page ?? '',
      source: name,
      channel: channelOf({
        source: name,
        kind: source?.kind ?? null,
        ...campaign,
        paidClick: clicked !== undefined,
      }),
      utm_source: param('utm_source'),
      utm_medium: campaign.medium,
      utm_campaign: campaign.campaign,
      utm_content: param('utm_content'),
      utm_term: param('utm_term'),
    }
  }
}
