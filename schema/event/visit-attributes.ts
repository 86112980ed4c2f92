import { z } from 'zod'

/**
 * What a visit brought with it, stamped on each of its events and copied to its payments, in the order of the tables'
 * columns. All are text, '' when unknown. `country` is ISO 3166-1 alpha-2; `referrer` is host and path without a query.
 */
export const visitAttributes = z.object({
  hostname: z.string(),
  entry_page: z.string(),
  referrer: z.string(),
  source: z.string(),
  channel: z.string(),
  utm_source: z.string(),
  utm_medium: z.string(),
  utm_campaign: z.string(),
  utm_content: z.string(),
  utm_term: z.string(),
  country: z.string(),
  region: z.string(),
  city: z.string(),
  browser: z.string(),
  browser_version: z.string(),
  os: z.string(),
  os_version: z.string(),
  device: z.string(),
})

export type VisitAttributes = z.infer<typeof visitAttributes>

/** The attributes of a payment that no visit is known to have earned. */
export const noVisitAttributes: VisitAttributes = {
  hostname: '',
  entry_page: '',
  referrer: '',
  source: '',
  channel: '',
  utm_source: '',
  utm_medium: '',
  utm_campaign: '',
  utm_content: '',
  utm_term: '',
  country: '',
  region: '',
  city: '',
  browser: '',
  browser_version: '',
  os: '',
  os_version: '',
  device: '',
}
