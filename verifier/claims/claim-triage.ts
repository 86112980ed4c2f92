import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import { foundAgain } from '../payments/found-payment.ts'
import { readStoredPayments } from '../payments/stored-payments.ts'
import { readUnassigned } from '../payments/unassigned-payments.ts'
import type { AccountDirectory } from '../stripe/account-directory.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import type { ConnectionRegistry } from '../stripe/connection-registry.ts'
import type { OpenConnection } from '../stripe/open-connection.ts'
import type { ReadLedger } from '../stripe/read-ledger.ts'
import type { BulkLookup } from './bulk-lookup.ts'
import type { ClaimInquiry } from './claim-inquiry.ts'
import type { Verdict } from './claim-verdict.ts'
import { type Decision, decideCounted, unlisted, waitsForList } from './decide-state.ts'
import { decideUnasked } from './decide-unasked.ts'
import type { OpenClaim } from './open-claim.ts'
import { mostUnderWay, UnderWay } from './under-way.ts'

/** Claims of a site that are decided at once when Stripe need not be asked about each. */
const mostInBulk = 2000

export type TriageOptions = {
  client: ClickHouseClient
  directory: AccountDirectory
  registry: ConnectionRegistry
  ledger: ReadLedger
  inquiry: ClaimInquiry
  bulk: BulkLookup
  /** Requests a day and site about ids that Stripe does not know; more of them are looked up together. */
  missesPerDay: number
  tick: () => bigint
  now: () => number
  log: Logger
}

/** Where verdicts go, and what is told when claims in the tables are to be looked at again. */
export type TriageSinks = { verdict: (verdict: Verdict) => void; lookAgain: () => void }

/** What is known of a claimed payment before Stripe is asked. */
type Known = {
  account: ConnectedAccount | null
  /** Where it is counted on the site already. */
  payment: PaymentRow | undefined
  /** Whether it exists, wherever it is counted. */
  exists: boolean
}

/** Decides for each claim what to do: nothing, a verdict at once, a question to Stripe, or a look at the whole list. */
export class ClaimTriage {
  readonly underWay = new UnderWay()
  #options: TriageOptions
  #sinks: TriageSinks
  #working = new Set<Promise<void>>()

  constructor(options: TriageOptions, sinks: TriageSinks) {
    this.#options = options
    this.#sinks = sinks
  }

  /** How many claims of a site to read: many when they are decided without asking about each. */
  limit(): number {
    const { registry, bulk, now } = this.#options
    const inBulk = registry.all().some((open) => now() < bulk.nextAt(open.account))
    return inBulk ? mostInBulk : mostUnderWay
  }

  /** Takes on claims that were found in the tables. */
  async takeAll(claims: readonly OpenClaim[]): Promise<void> {
    if (claims.length === 0) return
    const bySite = Map.groupBy(claims, (claim) => claim.site_id)
    const accounts = new Map([...bySite.keys()].map((id) => [id, this.#options.directory.accountOf(id)]))
    const payments = await this.#readPayments(claims, accounts)
    for (const [siteId, ofSite] of bySite) {
      const account = accounts.get(siteId) ?? null
      const listed = await this.#readUnassigned(account, ofSite)
      const unknown = ofSite.filter((claim) => {
        const stored = payments.get(claim.stripe_session_id) ?? []
        const payment = stored.find((row) => row.site_id === siteId)
        const exists = stored.length > 0 || listed.has(claim.stripe_session_id)
        return !this.#decideAtOnce(claim, { account, payment, exists })
      })
      if (account && unknown.length >= mostUnderWay) this.#lookUpTogether(account, unknown)
      else for (const claim of unknown) this.#askOrWait(claim)
    }
  }

  /** Asks about a claim because its owner wants it, whatever budgets and lists say. */
  takeRetried(claim: OpenClaim): void {
    const open = this.#options.registry.get(claim.site_id)
    if (!open || !this.underWay.take(claim)) return
    const decision = decideUnasked(claim.stripe_session_id, open.outlook)
    if (decision) this.#decide(claim, decision)
    else this.track(this.#ask(claim, open))
  }

  /** Work that must be over before the process ends; its faults are logged. */
  track(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.#options.log.error({ err: error }, 'a fault while Stripe was asked'))
      .finally(() => this.#working.delete(tracked))
    this.#working.add(tracked)
  }

  /** Resolves when no work is under way. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
  }

  async #readPayments(
    claims: readonly OpenClaim[],
    accounts: ReadonlyMap<number, ConnectedAccount | null>,
  ): Promise<Map<string, PaymentRow[]>> {
    const sites = [...accounts].flatMap(([id, account]) =>
      account ? account.sites.map((site) => site.site_id) : [id],
    )
    const rows = await readStoredPayments(this.#options.client, {
      site_ids: [...new Set(sites)],
      payment_ids: [...new Set(claims.map((claim) => claim.stripe_session_id))],
    })
    return Map.groupBy(rows, (row) => row.payment_id)
  }

  // Only who would say that a payment does not exist has to know of those without a site.
  async #readUnassigned(
    account: ConnectedAccount | null,
    claims: readonly OpenClaim[],
  ): Promise<Set<string>> {
    const { client, bulk } = this.#options
    if (!account || account.sites.length === 0 || !bulk.hasRead(account.name)) return new Set()
    const payment_ids = claims.map((claim) => claim.stripe_session_id)
    const rows = await readUnassigned(client, account, { payment_ids })
    return new Set(rows.map((row) => row.payment_id))
  }

  /** Decides what needs no question to Stripe, and passes over what has to wait. Gives whether that was all. */
  #decideAtOnce(claim: OpenClaim, { account, payment, exists }: Known): boolean {
    const { directory, registry, bulk } = this.#options
    if (!directory.sites.has(claim.site_id)) return true
    if (payment && account) {
      this.#takeCounted(claim, account, payment)
      return true
    }
    const open = registry.get(claim.site_id)
    const decision = decideUnasked(claim.stripe_session_id, open?.outlook ?? null)
    const madeUp = open && !exists && bulk.isUnlisted(open.account, claim)
    if (!decision && !madeUp) return false
    const next = decision ?? unlisted
    if (!keeps(claim, next) && this.underWay.take(claim)) this.#decide(claim, next)
    return true
  }

  #askOrWait(claim: OpenClaim): void {
    const { directory, registry, bulk, ledger, missesPerDay, now } = this.#options
    const open = registry.get(claim.site_id)
    const account = directory.accountOf(claim.site_id)
    if (!open || !account || !this.underWay.take(claim)) return
    const reader = { account: account.name, site_id: claim.site_id }
    if (ledger.misses(reader) < missesPerDay) this.track(this.#ask(claim, open))
    else {
      this.#decide(claim, waitsForList(Math.max(now() + 1000, bulk.nextAt(account.name))))
      this.#lookUpTogether(account, [claim])
    }
  }

  #takeCounted(claim: OpenClaim, account: ConnectedAccount, payment: PaymentRow): void {
    if (!this.underWay.take(claim)) return
    const decision = decideCounted(payment, claim)
    const paid = decision.state === 'paid' ? { found: foundAgain(payment), account } : null
    this.#sinks.verdict({ claim, decision, asked: false, paid, as_of: this.#options.tick() })
  }

  #decide(claim: OpenClaim, decision: Decision): void {
    this.#sinks.verdict({ claim, decision, asked: false, paid: null, as_of: this.#options.tick() })
  }

  // While the list is read, the claims stay where they are; when it was read just now, they are asked about one by one.
  #lookUpTogether(account: ConnectedAccount, claims: readonly OpenClaim[]): void {
    const { bulk, now } = this.#options
    if (bulk.isRunning(account.name)) return
    if (now() < bulk.nextAt(account.name)) {
      if (claims.length > 1) for (const claim of claims.slice(0, mostUnderWay)) this.#askOrWait(claim)
      return
    }
    const oldest = Math.min(...claims.map((claim) => claim.first_claimed_at))
    this.track(bulk.run(account, oldest).then(this.#sinks.lookAgain))
  }

  async #ask(claim: OpenClaim, open: OpenConnection): Promise<void> {
    const verdict = await this.#options.inquiry.ask(claim, open)
    if (verdict) this.#sinks.verdict(verdict)
    else {
      this.underWay.finish(claim)
      this.#sinks.lookAgain()
    }
  }
}

// A claim with a state keeps it while its site cannot be served; one that waited for a key is told of a bad one.
function keeps(claim: OpenClaim, { state }: Decision): boolean {
  if (claim.state === 'new') return false
  return state === 'retrying' || (state === 'key_rejected' && claim.state !== 'retrying')
}
