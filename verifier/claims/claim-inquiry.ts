import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { foundSession } from '../payments/found-payment.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import type { LinkHosts } from '../stripe/link-hosts.ts'
import type { Dated, OpenConnection, Superseded } from '../stripe/open-connection.ts'
import type { SessionAnswer } from '../stripe/stripe-api.ts'
import type { Verdict } from './claim-verdict.ts'
import { decideState } from './decide-state.ts'
import type { OpenClaim } from './open-claim.ts'
import { learnLinks } from './session-news.ts'

export type InquiryOptions = {
  accountOf: (siteId: number) => ConnectedAccount | null
  /** Whether this connection is still the one to use for its site. */
  isCurrent: (open: OpenConnection) => boolean
  linkHosts: LinkHosts
  tick: () => bigint
  now: () => number
  random: () => number
  backoffMs: number
  log: Logger
}

/** Asks Stripe about single claims. */
export class ClaimInquiry {
  #options: InquiryOptions
  // An id that an account does not know is not asked about for another site, nor again before its second check.
  #unknown = new LRUCache<string, true>({ max: 50_000, ttl: 50_000 })

  constructor(options: InquiryOptions) {
    this.#options = options
  }

  /** The verdict on a claim, or null when its connection was replaced meanwhile: it is found again in the tables. */
  async ask(claim: OpenClaim, open: OpenConnection): Promise<Verdict | null> {
    const { accountOf, isCurrent, linkHosts, now, random, backoffMs } = this.#options
    const answer = await this.#retrieve(claim, open)
    const refused = answer.kind === 'key_rejected' || answer.kind === 'permission_missing'
    if (answer.kind === 'superseded' || (refused && !isCurrent(open))) return null
    const { as_of } = answer
    const decision = decideState(answer, claim, { now: now(), random: random(), backoffMs })
    const account = accountOf(claim.site_id)
    const found =
      decision.state === 'paid' && answer.kind === 'session' ? foundSession(answer.session, as_of) : null
    if (found && account) await learnLinks(account, [found], linkHosts)
    return { claim, decision, asked: true, paid: found && account ? { found, account } : null, as_of }
  }

  // A fault of our own is asked about again later like a failure of Stripe's: it must neither be lost nor loop.
  async #retrieve(claim: OpenClaim, open: OpenConnection): Promise<Dated<SessionAnswer> | Superseded> {
    const { tick, log } = this.#options
    const key = `${open.account}/${claim.stripe_session_id}`
    if (claim.state !== 'not_found' && this.#unknown.has(key)) return { kind: 'not_found', as_of: tick() }
    try {
      const answer = await open.retrieve(claim.stripe_session_id)
      if (answer.kind === 'not_found') this.#unknown.set(key, true)
      return answer
    } catch (error) {
      log.error({ err: error, site_id: claim.site_id }, 'a claim could not be looked up')
      return { kind: 'unavailable', why: 'no usable answer', as_of: tick() }
    }
  }
}
