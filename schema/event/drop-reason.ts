import { z } from 'zod'

/**
 * Why the collector did not count something. Closed: a new reason is added here, in the README's table and in the
 * dashboard's words. The first five are dropped on purpose and answered 202, as the ecosystem's trackers expect; the
 * `claim_` ones concern only the payment claim of an event that is counted.
 */
export const dropReasons = {
  bot: { status: 202, text: 'The user agent is a bot, a script or a headless browser.' },
  spam_referrer: { status: 202, text: 'The referrer is a known spam site.' },
  excluded: { status: 202, text: "The site's owner excludes this path, address or country." },
  unknown_site: { status: 202, text: 'No site with this domain exists here. Add it in the dashboard.' },
  no_visit: {
    status: 202,
    text: 'The time spent on a page arrived after its visit had ended, so it would have counted as another visit.',
  },
  invalid: { status: 400, text: 'The event is not of the expected shape.' },
  too_large: { status: 413, text: 'The body is larger than 64 KiB or holds more than 500 events.' },
  rate_limited: { status: 429, text: 'Too many events from this address or for this site. Send them later.' },
  overloaded: {
    status: 503,
    text: 'Events cannot be stored safely now. Nothing was kept of this one; send it again.',
  },
  claim_malformed: { status: 202, text: 'The stripe_session_id is not the id of a Checkout Session.' },
  claim_placeholder: {
    status: 202,
    text: 'The address still held {CHECKOUT_SESSION_ID}: Stripe fills it only in the redirect of a Payment Link.',
  },
} as const satisfies Record<string, { status: number; text: string }>

/** A reason of the closed set. */
export const dropReason = z.enum([
  'bot',
  'spam_referrer',
  'excluded',
  'unknown_site',
  'no_visit',
  'invalid',
  'too_large',
  'rate_limited',
  'overloaded',
  'claim_malformed',
  'claim_placeholder',
])

export type DropReason = keyof typeof dropReasons
