import { currencyName } from '../format/format-money.ts'

/** A choice of a list that can be searched. */
type Choice = { value: string; label: string; hint?: string }

/** All time zones that the browser knows, with the time it is there at `now` (ms), UTC first. */
export function timezoneChoices(now: number): Choice[] {
  const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
  return [...zones].map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
    hint: offsetOf(zone, now),
  }))
}

/** All currencies that the browser knows; those most used come first. Values are codes in lower case. */
export function currencyChoices(): Choice[] {
  const first = ['usd', 'eur', 'gbp', 'cad', 'aud', 'jpy', 'chf', 'inr', 'brl']
  const others = Intl.supportedValuesOf('currency').map((code) => code.toLowerCase())
  return [...new Set([...first, ...others])].map((code) => ({ value: code, label: currencyName(code) }))
}

/** The difference of a zone from UTC at a moment (ms), as UTC+2 or UTC−3:30. */
export function offsetOf(timezone: string, now: number): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    timeZoneName: 'shortOffset',
  }).formatToParts(now)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  return name.replace('GMT', 'UTC').replace('-', '−').replace(/\+0$/, '')
}

/** The browser's own time zone. */
export function ownTimezone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** A currency to begin with, by where the browser's languages are spoken; US dollars when they name no country. */
export function likelyCurrency(languages: readonly string[]): string {
  const regions = languages.flatMap((language) => new Intl.Locale(language).region ?? [])
  return regions.map((region) => currencyOfRegion[region]).find((code) => code !== undefined) ?? 'usd'
}

const euro = 'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' ')
const currencyOfRegion: Record<string, string | undefined> = {
  ...Object.fromEntries(euro.map((region) => [region, 'eur'])),
  US: 'usd',
  GB: 'gbp',
  CA: 'cad',
  AU: 'aud',
  NZ: 'nzd',
  JP: 'jpy',
  CH: 'chf',
  IN: 'inr',
  BR: 'brl',
  SE: 'sek',
  NO: 'nok',
  DK: 'dkk',
  PL: 'pln',
  CZ: 'czk',
  MX: 'mxn',
  SG: 'sgd',
}
