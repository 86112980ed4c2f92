import type { ClickHouseClient } from '@clickhouse/client'
import { ConnectionHealth } from '../stripe/connection-health.ts'
import type { OpenConnection } from '../stripe/open-connection.ts'
import { ClaimTriage, type TriageOptions } from './claim-triage.ts'
import type { Verdict } from './claim-verdict.ts'
import { readDueClaims } from './due-claims.ts'
import { readNewClaims, wholeTable } from './new-claims.ts'
import { readNextDue } from './next-due.ts'
import { readRetriedClaims } from './retried-claims.ts'
import { mostUnderWay } from './under-way.ts'
import { VerdictOutbox } from './verdict-outbox.ts'

/** Claims stored this long ago are found at every look; older ones when the whole table is looked through. */
const recentSeconds = 60
const stepsPerReload = 2
const stepsPerWholeTable = 60

export type ClaimLoopOptions = TriageOptions & {
  client: ClickHouseClient
  write: (verdicts: readonly Verdict[]) => Promise<void>
  connectionsChanged: () => void
}

/** Finds claims that are new, due or wanted again, has them looked up, and hands the verdicts on. */
export class ClaimLoop {
  #options: ClaimLoopOptions
  #triage: ClaimTriage
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
    this.#triage = new ClaimTriage(options, {
      verdict: (verdict) => this.#outbox.add(verdict),
      lookAgain: () => this.#lookAgain(),
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
    await this.#triage.idle()
    await this.#outbox.idle()
  }

  /** Lets the requests under way finish and stores what they brought. Call it when no step runs any more. */
  async close(): Promise<void> {
    this.#options.registry.close()
    await this.#triage.idle()
    await this.#outbox.close()
    await this.#writeHealth()
  }

  async #reload(): Promise<void> {
    const { sites, connections } = await this.#options.directory.reload()
    if (sites) this.#wholeTableAt = this.#step
    if (!connections) return
    this.#nextDue = 0
    // Whose keys they are decides which sites share an account.
    for (const open of this.#options.registry.all())
      this.#triage.track(open.nameAccount().then(() => this.#lookAgain()))
    this.#options.connectionsChanged()
  }

  async #findNew(): Promise<void> {
    const whole = this.#step >= this.#wholeTableAt
    this.#triage.underWay.beginRead()
    const claims = await readNewClaims(this.#options.client, {
      site_ids: [...this.#options.directory.sites.keys()].filter((siteId) =>
        this.#triage.underWay.hasRoom(siteId),
      ),
      window_s: whole ? wholeTable : recentSeconds,
      limit: this.#triage.limit(),
    })
    // A backlog is read on until nothing of it is left.
    if (whole) this.#wholeTableAt = this.#step + (claims.length > 0 ? 1 : stepsPerWholeTable)
    await this.#triage.takeAll(claims)
  }

  async #findDue(): Promise<void> {
    const { client, registry, now } = this.#options
    if (now() < this.#nextDue && this.#step % stepsPerWholeTable !== 0) return
    const all = registry.all()
    const usable = all.filter((open) => open.outlook.refusal === null)
    const refused = all.filter((open) => open.outlook.refusal !== null)
    const ready = usable.filter(
      (open) => open.outlook.restsUntil === null && this.#triage.underWay.hasRoom(open.connection.site_id),
    )
    this.#triage.underWay.beginRead()
    const claims = await readDueClaims(client, {
      site_ids: ready.map((open) => open.connection.site_id),
      live_site_ids: ready.filter((open) => open.outlook.livemode).map((open) => open.connection.site_id),
      refused_site_ids: refused.map((open) => open.connection.site_id),
      now: now(),
      limit: this.#triage.limit(),
    })
    await this.#triage.takeAll(claims)
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
    this.#triage.underWay.beginRead()
    const site_ids = registry.all().map((open) => open.connection.site_id)
    for (const claim of await readRetriedClaims(client, { site_ids, limit: mostUnderWay }))
      this.#triage.takeRetried(claim)
  }

  #lookAgain(): void {
    this.#nextDue = 0
  }

  // States are written while the next due time is read, so it may only come nearer.
  #planned(at: number): void {
    this.#nextDue = Math.min(this.#nextDue, at)
  }

  #testKeys(): void {
    for (const open of this.#options.registry.all()) {
      if (!open.testDue) continue
      this.#triage.track(this.#test(open))
    }
  }

  async #test(open: OpenConnection): Promise<void> {
    await open.test()
    this.#lookAgain()
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
      this.#triage.underWay.finish(claim)
      if (decision.next_attempt_at !== null) this.#planned(decision.next_attempt_at)
    }
  }
}
