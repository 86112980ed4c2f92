import type { SourceKind } from './known-sources.ts'

/** The default channel groups of Google Analytics 4, with one for AI assistants; a new one needs the dashboard's words. */
export type Channel =
  | 'AI Assistants'
  | 'Affiliates'
  | 'Audio'
  | 'Cross-network'
  | 'Direct'
  | 'Display'
  | 'Email'
  | 'Mobile Push Notifications'
  | 'Organic Search'
  | 'Organic Shopping'
  | 'Organic Social'
  | 'Organic Video'
  | 'Paid Other'
  | 'Paid Search'
  | 'Paid Shopping'
  | 'Paid Social'
  | 'Paid Video'
  | 'Referral'
  | 'SMS'

/** What decides a visit's channel. `source` is '' and `kind` null when unknown. */
export type ChannelSigns = {
  source: string
  kind: SourceKind | null
  medium: string
  campaign: string
  /** The address carries an ad network's click id. */
  paidClick: boolean
}

const paidMedium = /^(.*cp.*|ppc|retargeting|paid.*)$/
const paidChannels = {
  search: 'Paid Search',
  shopping: 'Paid Shopping',
  social: 'Paid Social',
  video: 'Paid Video',
  ai: 'Paid Other',
  email: 'Paid Other',
} as const satisfies Record<SourceKind, Channel>
const organicChannels = {
  search: 'Organic Search',
  shopping: 'Organic Shopping',
  social: 'Organic Social',
  video: 'Organic Video',
  ai: 'AI Assistants',
  email: 'Email',
} as const satisfies Record<SourceKind, Channel>

const mediums: readonly (readonly [Channel, ...string[]])[] = [
  ['Display', 'display', 'banner', 'expandable', 'interstitial', 'cpm'],
  ['Organic Social', 'social', 'social-network', 'social-media', 'sm', 'social network', 'social media'],
  ['Email', 'email', 'e-mail', 'e_mail', 'e mail', 'newsletter'],
  ['Affiliates', 'affiliate'],
  ['Organic Search', 'organic'],
  ['Audio', 'audio'],
  ['SMS', 'sms'],
  ['Referral', 'referral', 'app', 'link'],
]
const channelOfMedium = new Map(
  mediums.flatMap(([channel, ...words]) => words.map((word) => [word, channel])),
)

/**
 * The channel of a visit. The order is that of Google's definitions: paid before organic, the medium before the kind of
 * source. Source: https://support.google.com/analytics/answer/9756891
 */
export function channelOf(signs: ChannelSigns): Channel {
  const medium = signs.medium.toLowerCase()
  if (signs.campaign.toLowerCase().includes('cross-network')) return 'Cross-network'
  const byMedium = channelOfMedium.get(medium)
  if (byMedium === 'Display') return byMedium
  if (signs.paidClick || paidMedium.test(medium)) return signs.kind ? paidChannels[signs.kind] : 'Paid Other'
  if (medium.includes('video')) return 'Organic Video'
  if (/push|mobile|notification/.test(medium)) return 'Mobile Push Notifications'
  if (byMedium && byMedium !== 'Referral') return byMedium
  if (signs.kind) return organicChannels[signs.kind]
  if (byMedium) return byMedium
  return signs.source === '' ? 'Direct' : 'Referral'
}
