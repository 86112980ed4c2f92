import { checkoutPlaceholder, stripeSessionIdPattern } from '../../schema/payment/stripe-session-id.ts'

/** What a page's address says about a payment: nothing, a Checkout Session, or why it is none. */
export type ClaimInAddress =
  | { kind: 'none' }
  | { kind: 'id'; id: string }
  | { kind: 'fault'; reason: 'claim_malformed' | 'claim_placeholder' }

/** A page, cleaned of what must not be stored. `search` holds the query for the visit's campaign. */
export type PageLocation = {
  hostname: string
  pathname: string
  search: string
  claim: ClaimInAddress
}

const noClaim: ClaimInAddress = { kind: 'none' }

// Stripe's documentation and other trackers say session_id; an owner's own page may use that name for something else,
// so it counts only with Stripe's prefix or placeholder.
const claimParam = /[?&#](stripe_session_id|session_id)=([^?&#]*)/g
// As wide as it can be: an owner's address may begin the query with &, in the path.
const anyClaimParam = /(?:[?&#;]|%26|%3F|%23|(?<![\w-]))(stripe_session_id|session_id)(?:=|%3D)([^?&#;]*)/gi
const anySessionId =
  /cs(?:_|%5F)(?:test|live)(?:_|%5F)[A-Za-z0-9]{10,}|(?:\{|%7B)CHECKOUT_SESSION_ID(?:\}|%7D)/gi

const longestPath = 2_000

/**
 * Reads an event's URL. The query is never stored: it may hold anything. In hash mode the fragment is the route, so it
 * is kept, without a query of its own. Neither keeps a claim or a Checkout Session's id, wherever it stands.
 *
 * @returns null for what is no address of a page (no host, or not an address at all)
 */
export function readPageLocation(url: string, hashMode: boolean): PageLocation | null {
  const parsed = URL.parse(url)
  if (!parsed || parsed.hostname === '') return null
  const fragment = hashMode ? storedFragment(parsed.hash) : ''
  return {
    hostname: parsed.hostname.toLowerCase(),
    pathname: `${withoutClaims(parsed.pathname) || '/'}${fragment}`.slice(0, longestPath),
    search: parsed.search,
    claim: url.includes('session_id=') ? readClaim(url) : noClaim,
  }
}

function storedFragment(hash: string): string {
  // The claim goes first: it may stand before the route's own query.
  const route = (withoutClaims(hash).slice(1).split('?')[0] ?? '').replace(/&+$/, '')
  return route === '' ? '' : `#${route}`
}

function withoutClaims(text: string): string {
  if (!/session_id|cs(_|%5F)(test|live)/i.test(text)) return text
  return text
    .replace(anyClaimParam, (param: string, name: string, raw: string) => {
      if (name.toLowerCase() === 'session_id' && !isStripes(decoded(raw))) return param
      return param.startsWith('#') ? '#' : ''
    })
    .replace(anySessionId, '')
}

function isStripes(value: string): boolean {
  return value.startsWith('cs_') || value.toUpperCase().includes(checkoutPlaceholder)
}

function readClaim(url: string): ClaimInAddress {
  let fault: ClaimInAddress = noClaim
  for (const [, name, raw = ''] of url.matchAll(claimParam)) {
    const value = decoded(raw)
    if (stripeSessionIdPattern.test(value)) return { kind: 'id', id: value }
    if (value.toUpperCase().includes(checkoutPlaceholder))
      fault = { kind: 'fault', reason: 'claim_placeholder' }
    else if (fault.kind === 'none' && (name === 'stripe_session_id' || isStripes(value)))
      fault = { kind: 'fault', reason: 'claim_malformed' }
  }
  return fault
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
