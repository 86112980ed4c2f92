import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import { foundAgain } from '../payments/found-payment.ts'
import { readStoredPayments } from '../payments/stored-payments.ts'
import type { AccountDirectory } from '../stripe/account-directory.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import { ConnectionHealth } from '../stripe/connection-health.ts'
import type { ConnectionRegistry } from '../stripe/connection-registry.ts'
import type { OpenConnection } from '../stripe/open-connection.ts'
import type { ReadLedger } from '../stripe/read-ledger.ts'
import type { BulkLookup } from './bulk-lookup.ts'
import type { ClaimInquiry } from './claim-inquiry.ts'
import type { Verdict } from './claim-verdict.ts'
import { type Decision, decideCounted, unlisted, waitsForList } from './decide-state.ts'
import { decideUnasked } from './decide-unasked.ts'
import { readDueClaims } from './due-claims.ts'
import { readNewClaims, wholeTable } from './new-claims.ts'
import { readNextDue } from './next-due.ts'
import { claimKey, type OpenClaim } from './open-claim.ts'
import { readRetriedClaims } from './retried-claims.ts'
import { mostUnderWay, UnderWay } from './under-way.ts'
import { VerdictOutbox } from './verdict-outbox.ts'

/** Claims stored this long ago are found at every look; older ones when the whole table is looked through. */
const recentSeconds = 60
const stepsPerReload = 2
const stepsPerWholeTable = 60
/** Claims of a site that are decided at once when Stripe need not be asked about each. */
const mostInBulk = 2000

export type ClaimLoopOptions = {
  client: ClickHouseClient
  directory: AccountDirectory
  registry: ConnectionRegistry
  ledger: ReadLedger
  inquiry: ClaimInquiry
  bulk: BulkLookup
  write: (verdicts: readonly Verdict[]) => Promise<void>
  /** Requests a day and site about ids that Stripe does not know; more of them are looked up together. */
  missesPerDay: number
  connectionsChanged: () => void
  tick: () => bigint
  now: () => number
  log: Logger
}

/** Finds claims that are new, due or wanted again, has them looked up, and hands the verdicts on. */
export class ClaimLoop {
  #options: ClaimLoopOptions
  #underWay = new UnderWay()
  #asking = new Set<Promise<void>>()
  #outbox: VerdictOutbox
  #health: ConnectionHealth
  #step = 0
  #wholeTableAt = 0
  // This process alone writes claim_states, so it knows when the next attempt is due without looking each time.
  #nextDue = 0

  constructor(options: ClaimLoopOptions) {
    const { client, write, log } = options
    this.#options = options
    this.#health = new ConnectionHealth(client)
    this.#outbox = new VerdictOutbox({
      write: (verdicts) => write(this.#ofSitesThatExist(verdicts)),
      written: (verdicts) => this.#finish(verdicts),
      log,
    })
  }

  /** One look at the tables. Throws when they do not answer; nothing is lost by that. */
  async step(): Promise<void> {
    if (this.#step % stepsPerReload === 0) await this.#reload()
    await this.#findNew()
    await this.#findDue()
    if (this.#step % stepsPerReload === 1) await this.#findRetried()
    this.#testKeys()
    await this.#writeHealth()
    this.#step++
  }

  /** Resolves when nothing is under way: every claim that was found has its verdict in the tables. */
  async idle(): Promise<void> {
    while (this.#asking.size > 0) await Promise.allSettled(this.#asking)
    await this.#outbox.idle()
  }

  /** Lets the requests under way finish and stores what they brought. Call it when no step runs any more. */
  async close(): Promise<void> {
    this.#options.registry.close()
    await Promise.allSettled(this.#asking)
    await this.#outbox.close()
    await this.#writeHealth()
  }

  async #reload(): Promise<void> {
    const { sites, connections } = await this.#options.directory.reload()
    if (sites) this.#wholeTableAt = this.#step
    if (!connections) return
    this.#nextDue = 0
    // Whose keys they are decides which sites share an account.
    for (const open of this.#options.registry.all()) this.#track(open.nameAccount().then(() => undefined))
    this.#options.connectionsChanged()
  }

  async #findNew(): Promise<void> {
    const whole = this.#step >= this.#wholeTableAt
    this.#underWay.beginRead()
    const claims = await readNewClaims(this.#options.client, {
      site_ids: [...this.#options.directory.sites.keys()].filter((siteId) => this.#underWay.hasRoom(siteId)),
      window_s: whole ? wholeTable : recentSeconds,
      limit: this.#limit(),
    })
    // A backlog is read on until nothing of it is left.
    if (whole) this.#wholeTableAt = this.#step + (claims.length > 0 ? 1 : stepsPerWholeTable)
    await this.#takeAll(claims)
  }

  async #findDue(): Promise<void> {
    const { client, registry, now } = this.#options
    if (now() < this.#nextDue && this.#step % stepsPerWholeTable !== 0) return
    const usable = registry.all().filter((open) => open.outlook.refusal === null)
    const ready = usable.filter(
      (open) => open.outlook.restsUntil === null && this.#underWay.hasRoom(open.connection.site_id),
    )
    this.#underWay.beginRead()
    const claims = await readDueClaims(client, {
      site_ids: ready.map((open) => open.connection.site_id),
      live_site_ids: ready.filter((open) => open.outlook.livemode).map((open) => open.connection.site_id),
      now: now(),
      limit: this.#limit(),
    })
    await this.#takeAll(claims)
    if (claims.length > 0 || ready.length < usable.length) return
    this.#nextDue = Number.POSITIVE_INFINITY
    const next = await readNextDue(
      client,
      usable.map((open) => open.connection.site_id),
    )
    this.#planned(next)
  }

  // An owner who asks for it gets an answer of Stripe, whatever budgets and lists say.
  async #findRetried(): Promise<void> {
    const { client, registry } = this.#options
    this.#underWay.beginRead()
    const site_ids = registry.all().map((open) => open.connection.site_id)
    for (const claim of await readRetriedClaims(client, { site_ids, limit: mostUnderWay })) {
      const open = registry.get(claim.site_id)
      if (!open || !this.#underWay.take(claim)) continue
      const decision = decideUnasked(claim.stripe_session_id, open.outlook)
      if (decision) this.#decide(claim, decision)
      else this.#track(this.#ask(claim, open))
    }
  }

  // States are written while the next due time is read, so it may only come nearer.
  #planned(at: number): void {
    this.#nextDue = Math.min(this.#nextDue, at)
  }

  /** Where sites wait for a list that was read, many claims are decided without asking. */
  #limit(): number {
    const { registry, bulk, now } = this.#options
    const inBulk = registry.all().some((open) => now() < bulk.nextAt(open.account))
    return inBulk ? mostInBulk : mostUnderWay
  }

  async #takeAll(claims: readonly OpenClaim[]): Promise<void> {
    if (claims.length === 0) return
    const stored = await readStoredPayments(this.#options.client, {
      site_ids: [...new Set(claims.map((claim) => claim.site_id))],
      payment_ids: claims.map((claim) => claim.stripe_session_id),
    })
    const counted = new Map(stored.map((row) => [`${row.site_id}/${row.payment_id}`, row]))
    const perSite = Map.groupBy(claims, (claim) => claim.site_id)
    for (const [siteId, ofSite] of perSite) {
      const account = this.#options.directory.accountOf(siteId)
      const unknown = ofSite.filter(
        (claim) => !this.#decideAtOnce(claim, account, counted.get(claimKey(claim))),
      )
      if (account && unknown.length >= mostUnderWay) this.#lookUpTogether(account, unknown)
      else for (const claim of unknown) this.#askOrWait(claim)
    }
  }

  /** Decides what needs no question to Stripe, and passes over what has to wait. Gives whether that was all. */
  #decideAtOnce(
    claim: OpenClaim,
    account: ConnectedAccount | null,
    payment: PaymentRow | undefined,
  ): boolean {
    const { directory, registry, bulk } = this.#options
    if (!directory.sites.has(claim.site_id)) return true
    if (payment && account) {
      this.#takeCounted(claim, account, payment)
      return true
    }
    const open = registry.get(claim.site_id)
    const decision = decideUnasked(claim.stripe_session_id, open?.outlook ?? null)
    if (!decision && (!open || !bulk.isUnlisted(open.account, claim))) return false
    // A claim with a state keeps it while its site cannot be served.
    const waits = decision?.state === 'retrying' || decision?.state === 'key_rejected'
    if ((!waits || claim.state === 'new') && this.#underWay.take(claim))
      this.#decide(claim, decision ?? unlisted)
    return true
  }

  #askOrWait(claim: OpenClaim): void {
    const { directory, registry, bulk, ledger, missesPerDay, now } = this.#options
    const open = registry.get(claim.site_id)
    const account = directory.accountOf(claim.site_id)
    if (!open || !account || !this.#underWay.take(claim)) return
    const reader = { account: account.name, site_id: claim.site_id }
    if (ledger.misses(reader) < missesPerDay) this.#track(this.#ask(claim, open))
    else {
      this.#decide(claim, waitsForList(Math.max(now() + 1000, bulk.nextAt(account.name))))
      this.#lookUpTogether(account, [claim])
    }
  }

  #takeCounted(claim: OpenClaim, account: ConnectedAccount, payment: PaymentRow): void {
    if (!this.#underWay.take(claim)) return
    const decision = decideCounted(payment, claim)
    const paid = decision.state === 'paid' ? { found: foundAgain(payment), account } : null
    this.#outbox.add({ claim, decision, asked: false, paid, as_of: this.#options.tick() })
  }

  #decide(claim: OpenClaim, decision: Decision): void {
    this.#outbox.add({ claim, decision, asked: false, paid: null, as_of: this.#options.tick() })
  }

  // While the list is read, the claims stay where they are; when it cannot be read, they are asked about one by one.
  #lookUpTogether(account: ConnectedAccount, claims: readonly OpenClaim[]): void {
    const { bulk, now } = this.#options
    if (bulk.isRunning(account.name)) return
    if (now() < bulk.nextAt(account.name)) {
      if (claims.length > 1) for (const claim of claims.slice(0, mostUnderWay)) this.#askOrWait(claim)
      return
    }
    const oldest = Math.min(...claims.map((claim) => claim.first_claimed_at))
    this.#track(
      this.#options.bulk.run(account, oldest).then(() => {
        this.#nextDue = 0
      }),
    )
  }

  async #ask(claim: OpenClaim, open: OpenConnection): Promise<void> {
    const verdict = await this.#options.inquiry.ask(claim, open)
    if (verdict) this.#outbox.add(verdict)
    else {
      this.#underWay.finish(claim)
      this.#nextDue = 0
    }
  }

  #testKeys(): void {
    for (const open of this.#options.registry.all()) {
      if (!open.testDue) continue
      this.#track(this.#test(open))
    }
  }

  async #test(open: OpenConnection): Promise<void> {
    if (await open.test()) this.#nextDue = 0
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.#options.log.error({ err: error }, 'a fault while Stripe was asked'))
      .finally(() => this.#asking.delete(tracked))
    this.#asking.add(tracked)
  }

  async #writeHealth(): Promise<void> {
    const current = this.#options.registry
      .all()
      .flatMap(({ connection, health }) => (health ? [{ siteId: connection.site_id, health }] : []))
    await this.#health.write(current, this.#options.now())
  }

  // A site deleted meanwhile gets no rows any more.
  #ofSitesThatExist(verdicts: readonly Verdict[]): Verdict[] {
    return verdicts.filter((verdict) => this.#options.directory.sites.has(verdict.claim.site_id))
  }

  #finish(verdicts: readonly Verdict[]): void {
    for (const { claim, decision } of verdicts) {
      this.#underWay.finish(claim)
      if (decision.next_attempt_at !== null) this.#planned(decision.next_attempt_at)
    }
  }
}
