import { checkoutPlaceholder } from '../../../schema/payment/stripe-session-id.ts'
import type { Finding, Payment, RevenueSettings } from '../../contract/revenue.ts'
import type { ClaimCount } from './claim-counts.ts'

/** What is known of a site's revenue. Instants are ISO texts. */
export type RevenueFacts = {
  domain: string
  connection: RevenueSettings['connection']
  lastEventAt: string | null
  claims: ClaimCount[]
  counts: RevenueSettings['counts']
  /** What the collector dropped in the last 7 days. */
  dropped: { reason: string; count: number; last_at: string }[]
  lastPayment: Payment | null
  redirectUrl: string
}

/** Goes through what must be true for revenue to appear, in the order in which an owner would look. */
export function diagnose(facts: RevenueFacts): Finding[] {
  return [findKey(facts), findScript(facts), findRedirect(facts), findClaims(facts), findPayments(facts)]
}

function findKey({ connection }: RevenueFacts): Finding {
  const check = 'key'
  if (connection === null)
    return {
      check,
      state: 'waiting',
      title: 'No Stripe key is saved',
      detail: 'Paste a restricted key above. It is tested with Stripe and stored encrypted.',
      at: null,
    }
  const { health, livemode, key_hint } = connection
  const at = health.checked_at
  const mode = livemode
    ? 'live mode'
    : 'test mode: only test payments are seen; save a live key before you sell'
  switch (health.state) {
    case 'ok':
    case 'unknown':
      return {
        check,
        state: 'ok',
        title: 'The Stripe key works',
        detail: `${key_hint} reads payments in ${mode}.`,
        at,
      }
    case 'key_rejected':
      if (unusable.test(health.detail)) return { check, state: 'bad', ...unusableKey(health.detail), at }
      return {
        check,
        state: 'bad',
        title: 'Stripe refuses the key',
        detail: `${health.detail} Make a new key at Stripe and save it above; claims are kept and looked up then.`,
        at,
      }
    case 'permission_missing':
      return {
        check,
        state: 'bad',
        title: 'The Stripe key lacks a permission',
        detail: `${health.detail} Allow it for this key at Stripe, then save the key again.`,
        at,
      }
    case 'rate_limited':
      return {
        check,
        state: 'waiting',
        title: 'Stripe asks to slow down',
        detail: `${health.detail} Nothing is lost: the rest is asked for later by itself.`,
        at,
      }
    case 'unreachable':
      return {
        check,
        state: 'waiting',
        title: 'Stripe does not answer at the moment',
        detail: `${health.detail} Nothing is lost: it is tried again by itself.`,
        at,
      }
  }
}

// The verifier's words (`openKey` in verifier/stripe/connections.ts) when it could not even take the key out of its seal.
const unusable = /^(The saved Stripe key|What is saved) /

function unusableKey(detail: string): { title: string; detail: string } {
  const kept = 'Stripe was not asked. Claims are kept, and looked up then.'
  if (detail.includes('another master key'))
    return {
      title: 'The saved Stripe key cannot be opened with this master key',
      detail: `${detail} The master key is MASTER_KEY, or the file DATA_DIR/master.key: a backup must hold it too. ${kept}`,
    }
  return { title: 'The saved Stripe key cannot be used', detail: `${detail} ${kept}` }
}

function findScript({ lastEventAt, domain }: RevenueFacts): Finding {
  return lastEventAt === null
    ? {
        check: 'script',
        state: 'bad',
        title: 'No visit has been seen',
        detail: `The snippet is not on ${domain} yet, or something blocks it. Paste it into every page, also the one after payment, and open the site once.`,
        at: null,
      }
    : {
        check: 'script',
        state: 'ok',
        title: 'Visits arrive',
        detail: 'The tracking script works. The page after payment must carry it too.',
        at: lastEventAt,
      }
}

function findRedirect({ claims, dropped, redirectUrl }: RevenueFacts): Finding {
  const check = 'redirect'
  const last = claims.map((each) => each.last_claimed_at).sort((a, b) => b - a)[0]
  const claimAt = last === undefined ? null : new Date(last).toISOString()
  const spoilt = dropped
    .filter((each) => each.reason === 'claim_placeholder' || each.reason === 'claim_malformed')
    .sort((a, b) => b.last_at.localeCompare(a.last_at))[0]
  // A spoilt address counts while it is the latest thing that happened: after it was mended, good ones follow.
  if (spoilt !== undefined && (claimAt === null || spoilt.last_at > claimAt))
    return { check, state: 'bad', ...spoiltAddress(spoilt.reason, spoilt.count), at: spoilt.last_at }
  if (claimAt !== null)
    return {
      check,
      state: 'ok',
      title: 'Buyers come back with their stripe_session_id',
      detail: 'The redirect of your Payment Link is set up well.',
      at: claimAt,
    }
  return {
    check,
    state: 'waiting',
    title: 'No buyer has come back with a stripe_session_id',
    detail: `In the Payment Link's settings at Stripe, under After payment, choose to redirect to ${redirectUrl} and buy something once. The page must carry the snippet.`,
    at: null,
  }
}

function spoiltAddress(reason: string, count: number): { title: string; detail: string } {
  const times = count === 1 ? 'once' : `${count} times`
  if (reason === 'claim_placeholder')
    return {
      title: `The address after payment still held ${checkoutPlaceholder}`,
      detail: `Seen ${times} in the last 7 days. Stripe fills it in only as the redirect of a Payment Link: put the address there, not into a link on your site, and keep its braces as they are.`,
    }
  return {
    title: 'The stripe_session_id in the address is not one of Stripe’s',
    detail: `Seen ${times} in the last 7 days. The redirect must end in stripe_session_id=${checkoutPlaceholder}, exactly so: Stripe puts the id there.`,
  }
}

function findClaims({ claims, counts }: RevenueFacts): Finding {
  const check = 'claims'
  const total = counts.paid + counts.waiting + counts.refused
  const last = claims.map((each) => each.last_claimed_at).sort((a, b) => b - a)[0]
  const at = last === undefined ? null : new Date(last).toISOString()
  if (total === 0)
    return {
      check,
      state: 'waiting',
      title: 'Nothing has been looked up at Stripe yet',
      detail: 'Each stripe_session_id is looked up within seconds of its arrival.',
      at,
    }
  const told = `${counts.paid} paid, ${counts.waiting} waiting, ${counts.refused} refused.`
  const keyless = claims
    .filter((each) => each.state === 'key_rejected')
    .reduce((sum, { count }) => sum + count, 0)
  if (counts.refused > 0 && counts.paid === 0 && keyless === counts.refused)
    return {
      check,
      state: 'bad',
      title: 'Payments wait for a key that works',
      detail: `${told} They are kept, and looked up as soon as the key does what it should.`,
      at,
    }
  if (counts.refused > 0 && counts.paid === 0)
    return {
      check,
      state: 'bad',
      title: 'What was looked up was refused',
      detail: `${told} The list below says why for each: a key of another account or of the other mode is the usual cause.`,
      at,
    }
  if (counts.paid === 0)
    return {
      check,
      state: 'waiting',
      title: 'Payments wait for an answer',
      detail: `${told} The list below says when each is asked for next.`,
      at,
    }
  return { check, state: 'ok', title: 'Payments are confirmed by Stripe', detail: told, at }
}

function findPayments({ lastPayment, connection }: RevenueFacts): Finding {
  const check = 'payments'
  if (lastPayment === null)
    return {
      check,
      state: 'waiting',
      title: 'No payment is counted yet',
      detail:
        connection !== null && !connection.livemode
          ? 'Buy with a test card such as 4242 4242 4242 4242 to see how it works.'
          : 'The first one shows up here and in the reports within seconds.',
      at: null,
    }
  const source =
    lastPayment.confidence === 'unattributed' ? 'no known visit' : lastPayment.source || 'a direct visit'
  return {
    check,
    state: 'ok',
    title: 'Payments are counted',
    detail: `The last one was ${moneyText(lastPayment.amount)} from ${source}.`,
    at: lastPayment.charged_at,
  }
}

// Intl knows codes of three letters; a payment told by the owner's own server may carry another.
function moneyText({ value, currency }: Payment['amount']): string {
  if (!/^[a-z]{3}$/.test(currency)) return `${value} ${currency.toUpperCase()}`
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(value)
}
