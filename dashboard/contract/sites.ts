import { z } from 'zod'
import { isChange, noChange } from './change.ts'

// Labels of letters, digits and inner hyphens, as DNS has them, and a port where a site is developed.
const domainPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?$/

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) =>
    text
      .replace(/^https?:\/\//, '')
      .replace(/^www\./, '')
      .replace(/\/.*$/, ''),
  )
  .pipe(z.string().min(1).max(253).regex(domainPattern, 'Enter a domain such as shop.example'))

const host = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(domainPattern, 'Enter a host such as pay.shop.example')

/** `POST /api/sites`. Currency codes in any case; the zone is an IANA name. */
export const siteBody = z.strictObject({
  domain,
  timezone: z.string().min(1).max(64),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'Enter a currency code such as usd')
    .toLowerCase(),
})

/** `PATCH /api/sites/:domain`: any of these. A changed zone counts from the next local midnight. */
export const sitePatch = z
  .strictObject({
    timezone: z.string().min(1).max(64),
    currency: siteBody.shape.currency,
    hosts: z.array(host).max(20),
    payment_link_hosts: z.array(host).max(20),
    honour_gpc: z.boolean(),
    revenue_attribution: z.boolean(),
  })
  .partial()
  .refine(isChange, noChange)

/** A site in answers. */
export const site = z.object({
  domain: z.string(),
  timezone: z.string(),
  /** A change of zone that waits for its midnight. */
  timezone_change: z.object({ timezone: z.string(), from: z.iso.datetime() }).nullable(),
  currency: z.string(),
  hosts: z.array(z.string()),
  payment_link_hosts: z.array(z.string()),
  honour_gpc: z.boolean(),
  revenue_attribution: z.boolean(),
  created_at: z.iso.datetime(),
  /** The script tag to paste. */
  snippet: z.string(),
  /** What is wrong with the way the snippet would be served, such as an http collector for an https site. */
  warnings: z.array(z.string()),
})
export type Site = z.infer<typeof site>

/** `GET /api/sites`: with a little of what happened today, for the list. `trend` is visitors of the last 14 days. */
export const siteListItem = site.extend({ visitors_today: z.number(), trend: z.array(z.number()) })
export const siteList = z.object({ sites: z.array(siteListItem) })

/**
 * `GET /api/sites/:domain/live`: whether events arrive. `visitors_now` are those of the last 5 minutes. `dropped` is
 * today's and the six days before, by reason, most first. `unknown_site` is what arrived for domains that no site here
 * has, today and yesterday (UTC), of the whole installation, since nobody can say whose it is; null when nothing did, and
 * for who is no owner.
 */
export const live = z.object({
  visitors_now: z.number(),
  first_event_at: z.iso.datetime().nullable(),
  last_event_at: z.iso.datetime().nullable(),
  dropped: z.array(
    z.object({ reason: z.string(), text: z.string(), count: z.number(), last_at: z.iso.datetime() }),
  ),
  unknown_site: z.object({ text: z.string(), count: z.number(), last_at: z.iso.datetime() }).nullable(),
})
export type Live = z.infer<typeof live>
