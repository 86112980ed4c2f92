import type { Claim, Finding, Payment, RevenueSettings } from '../../../contract/revenue.ts'

type Tone = 'ok' | 'wait' | 'bad' | ''

/** How sure we are of what earned a payment, in the owner's words. */
export function confidenceWords(confidence: Payment['confidence']): {
  name: string
  about: string
  tone: Tone
} {
  return {
    exact: { name: 'exact', about: "The payment itself carries the visit's reference.", tone: 'ok' as const },
    same_visit: {
      name: 'same visit',
      about: 'The buyer came back to the thank-you page in the same visit.',
      tone: '' as const,
    },
    same_visitor: {
      name: 'same visitor',
      about:
        'The buyer came back after the visit had ended; it is the last visit of the same visitor that day.',
      tone: '' as const,
    },
    unattributed: {
      name: 'none',
      about: 'No visit is known to have led to this payment.',
      tone: '' as const,
    },
  }[confidence]
}

const claimStateWords: Record<Claim['state'], { name: string; tone: Tone }> = {
  new: { name: 'new', tone: 'wait' },
  paid: { name: 'paid', tone: 'ok' },
  pending: { name: 'pending', tone: 'wait' },
  retrying: { name: 'retrying', tone: 'wait' },
  unpaid: { name: 'not paid', tone: '' },
  expired: { name: 'expired', tone: '' },
  not_found: { name: 'not found', tone: 'bad' },
  wrong_mode: { name: 'wrong mode', tone: 'bad' },
  rejected: { name: 'rejected', tone: 'bad' },
  key_rejected: { name: 'key rejected', tone: 'bad' },
}

/** The states of claims with their names, for a list to choose from. */
export const claimStateNames: readonly (readonly [state: string, name: string])[] = Object.entries(
  claimStateWords,
).map(([state, { name }]) => [state, name])

/** The state of a claim in words. */
export function claimWords(state: Claim['state']): { name: string; tone: Tone } {
  return claimStateWords[state]
}

type Health = NonNullable<RevenueSettings['connection']>['health']['state']

/** How the connection to Stripe is, in words. */
export function healthWords(state: Health): { name: string; tone: Tone } {
  const words: Record<Health, { name: string; tone: Tone }> = {
    ok: { name: 'Connected', tone: 'ok' },
    unknown: { name: 'Not checked yet', tone: 'wait' },
    rate_limited: { name: 'Stripe asks us to slow down', tone: 'wait' },
    unreachable: { name: 'Stripe cannot be reached', tone: 'wait' },
    key_rejected: { name: 'Stripe refuses this key', tone: 'bad' },
    permission_missing: { name: 'A permission is missing', tone: 'bad' },
  }
  return words[state]
}

/** The state of a finding as one word, so that it is not told by colour alone. */
export function findingWord(state: Finding['state']): string {
  return { ok: 'Good', waiting: 'Waiting', bad: 'Needs you' }[state]
}

/** A Stripe id short enough for a column: what it is, its mode and its end, as cs_live_…9fK2. */
export function shortId(id: string): string {
  const prefix = /^[a-z]{2,4}_(test_|live_)?/.exec(id)?.[0] ?? ''
  const rest = id.slice(prefix.length)
  return prefix !== '' && rest.length > 8 ? `${prefix}…${rest.slice(-4)}` : id
}
