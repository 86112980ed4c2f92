import type { VisitAttributes } from '../../schema/event/visit-attributes.ts'

/** Gives the text that was given before in place of an equal one, so that a million visits share their few values. */
export type TextPool = (text: string) => string

/** @param limit so many texts are remembered; then it begins anew */
export function createTextPool(limit = 50_000): TextPool {
  const texts = new Map<string, string>()
  return (text) => {
    if (text === '') return ''
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size >= limit) texts.clear()
    texts.set(text, text)
    return text
  }
}

/** The attributes of a visit out of a row that holds more, their texts shared. */
export function pooledAttributes(row: VisitAttributes, pool: TextPool): VisitAttributes {
  return {
    hostname: pool(row.hostname),
    entry_page: pool(row.entry_page),
    referrer: pool(row.referrer),
    source: pool(row.source),
    channel: pool(row.channel),
    utm_source: pool(row.utm_source),
    utm_medium: pool(row.utm_medium),
    utm_campaign: pool(row.utm_campaign),
    utm_content: pool(row.utm_content),
    utm_term: pool(row.utm_term),
    country: pool(row.country),
    region: pool(row.region),
    city: pool(row.city),
    browser: pool(row.browser),
    browser_version: pool(row.browser_version),
    os: pool(row.os),
    os_version: pool(row.os_version),
    device: pool(row.device),
  }
}
