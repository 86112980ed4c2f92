import type { Dimension } from '../../../contract/query.ts'

const names: Record<Dimension, string> = {
  'visit:source': 'Source',
  'visit:channel': 'Channel',
  'visit:referrer': 'Referrer',
  'visit:utm_source': 'UTM source',
  'visit:utm_medium': 'UTM medium',
  'visit:utm_campaign': 'Campaign',
  'visit:utm_content': 'UTM content',
  'visit:utm_term': 'UTM term',
  'event:page': 'Page',
  'visit:entry_page': 'Entry page',
  'visit:exit_page': 'Exit page',
  'event:hostname': 'Host',
  'event:name': 'Event',
  'visit:country': 'Country',
  'visit:region': 'Region',
  'visit:city': 'City',
  'visit:browser': 'Browser',
  'visit:browser_version': 'Browser version',
  'visit:os': 'System',
  'visit:os_version': 'System version',
  'visit:device': 'Device',
  time: 'Time',
  'time:hour': 'Hour',
  'time:day': 'Day',
  'time:week': 'Week',
  'time:month': 'Month',
}

/** The API's label of what no known visit earned. */
export const unattributed = '(unattributed)'

/** A dimension in the owner's words. */
export function dimensionName(dimension: Dimension): string {
  return names[dimension]
}

/** A value of a dimension as a person reads it: countries by name, what is unknown or unattributed in words. */
export function dimensionLabel(dimension: Dimension, value: string): string {
  if (value === unattributed) return 'Unattributed'
  if (value === '') return emptyLabel(dimension)
  if (dimension === 'visit:country') return countryName(value)
  if (dimension === 'visit:device') return value.charAt(0).toUpperCase() + value.slice(1)
  return value
}

function emptyLabel(dimension: Dimension): string {
  if (dimension === 'visit:source' || dimension === 'visit:referrer') return 'Direct / none'
  return dimension.startsWith('visit:utm_') ? 'Not tagged' : 'Unknown'
}

/** The English name of a country's ISO 3166-1 alpha-2 code; anything else stays as it is. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code
  return new Intl.DisplayNames('en', { type: 'region', fallback: 'code' }).of(code) ?? code
}

/** The codes of the countries whose name or code holds a text, in any case. */
export function countriesLike(text: string): string[] {
  const wanted = text.trim().toLowerCase()
  return countryCodes().filter(
    (code) => code.toLowerCase() === wanted || countryName(code).toLowerCase().includes(wanted),
  )
}

/** Intl knows no list of regions, but it names each that exists: of 676 pairs of letters about 250 have a name. */
function countryCodes(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  return letters.flatMap((first) =>
    letters.map((second) => first + second).filter((code) => countryName(code) !== code),
  )
}
