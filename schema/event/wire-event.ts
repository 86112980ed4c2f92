import { z } from 'zod'

/** Limits of one event, from the collector's rules: what is longer is refused, not cut. */
export const wireLimits = {
  url: 2_000,
  name: 120,
  props: 30,
  propKey: 64,
  propValue: 500,
  batch: 500,
  /** In major units; a thousand times as much is still an exact integer. */
  amount: 1e12,
} as const

// JSON may carry lone surrogates and NUL, which ClickHouse stores but browsers and exports stumble over.
const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => value.toWellFormed().replaceAll('\0', ''))

const propValue = z.union([
  text(wireLimits.propValue),
  z.number().transform(String),
  z.boolean().transform(String),
  z.null().transform(() => ''),
])

const props = z
  .record(text(wireLimits.propKey), propValue)
  .refine((record) => Object.keys(record).length <= wireLimits.props, `at most ${wireLimits.props} props`)

const revenue = z.object({
  currency: z.string().regex(/^[A-Za-z]{3}$/),
  amount: z
    .union([z.number(), z.string().regex(/^\d{1,15}(\.\d{1,3})?$/)])
    .transform(Number)
    .pipe(z.number().min(-wireLimits.amount).max(wireLimits.amount)),
})

/** Older Plausible trackers send props as JSON text. */
const propsOrText = z.union([
  props,
  z
    .string()
    .max(20_000)
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value)
      } catch {
        context.addIssue({ code: 'custom', message: 'props are not JSON' })
        return z.NEVER
      }
    })
    .pipe(props),
])

/**
 * One event as trackers send it: the Plausible Events API under its long and short names. Unknown fields are ignored,
 * so that newer trackers keep working. `event_id` makes a retry safe; `timestamp` (ms or ISO) counts only with an API key.
 *
 * Source: https://plausible.io/docs/events-api
 */
export const wireEvent = z
  .object({
    n: text(wireLimits.name).optional(),
    name: text(wireLimits.name).optional(),
    u: text(wireLimits.url).optional(),
    url: text(wireLimits.url).optional(),
    d: text(253).optional(),
    domain: text(253).optional(),
    r: text(wireLimits.url).nullish(),
    referrer: text(wireLimits.url).nullish(),
    p: propsOrText.nullish(),
    m: propsOrText.nullish(),
    props: propsOrText.nullish(),
    $: revenue.nullish(),
    revenue: revenue.nullish(),
    i: z.boolean().optional(),
    interactive: z.boolean().optional(),
    e: z.number().int().min(0).max(86_400_000).optional(),
    sd: z.number().int().min(-1).max(255).optional(),
    h: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
    hash: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
    event_id: z.uuid().optional(),
    timestamp: z.union([z.number().int().positive(), z.iso.datetime()]).optional(),
    webdriver: z.boolean().optional(),
  })
  .transform((wire, context) => {
    const name = wire.n ?? wire.name
    const url = wire.u ?? wire.url
    const domain = wire.d ?? wire.domain
    for (const [field, value] of Object.entries({ name, url, domain }))
      if (!value) context.addIssue({ code: 'custom', path: [field], message: `${field} is missing` })
    if (!name || !url || !domain) return z.NEVER
    return {
      name,
      url,
      domain,
      referrer: wire.r ?? wire.referrer ?? '',
      props: wire.p ?? wire.m ?? wire.props ?? {},
      revenue: wire.$ ?? wire.revenue ?? null,
      interactive: wire.i ?? wire.interactive ?? true,
      engagementMs: wire.e ?? 0,
      scrollDepth: Math.max(0, wire.sd ?? 0),
      hashMode: Boolean(wire.h ?? wire.hash ?? false),
      eventId: wire.event_id ?? null,
      timestamp: wire.timestamp ?? null,
      webdriver: wire.webdriver ?? false,
    }
  })

/** One event after parsing, under one name each. */
export type WireEvent = z.infer<typeof wireEvent>
