import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { readSites, type Site } from '../../schema/site/read-sites.ts'
import { ConnectionHealth } from '../stripe/connection-health.ts'
import type { ConnectionRegistry } from '../stripe/connection-registry.ts'
import { readConnections } from '../stripe/connections.ts'
import type { OpenConnection, Superseded } from '../stripe/open-connection.ts'
import type { SessionAnswer } from '../stripe/stripe-api.ts'
import { decideState } from './decide-state.ts'
import { decideUnasked } from './decide-unasked.ts'
import { readDueClaims } from './due-claims.ts'
import { readNewClaims, wholeTable } from './new-claims.ts'
import { readNextDue } from './next-due.ts'
import type { OpenClaim } from './open-claim.ts'
import { mostUnderWay, UnderWay } from './under-way.ts'
import { VerdictOutbox } from './verdict-outbox.ts'
import { type Verdict, writeVerdicts } from './verdict-writer.ts'

/** Claims stored this long ago are found at every look; older ones when the whole table is looked through. */
const recentSeconds = 60
const stepsPerReload = 2
const stepsPerWholeTable = 60

export type ClaimLoopOptions = {
  client: ClickHouseClient
  registry: ConnectionRegistry
  log: Logger
  now: () => number
  random: () => number
  backoffMs: number
}

/** Finds claims that are new or due, has them looked up, and hands the verdicts on. */
export class ClaimLoop {
  #options: ClaimLoopOptions
  #sites = new Map<number, Site>()
  #underWay = new UnderWay()
  #asking = new Set<Promise<void>>()
  #outbox: VerdictOutbox
  #health: ConnectionHealth
  #step = 0
  #wholeTableAt = 0
  // This process alone writes claim_states, so it knows when the next attempt is due without looking each time.
  #nextDue = 0

  constructor(options: ClaimLoopOptions) {
    const { client, log, now } = options
    this.#options = options
    this.#health = new ConnectionHealth(client)
    this.#outbox = new VerdictOutbox({
      write: (verdicts) => writeVerdicts(client, this.#ofSitesThatExist(verdicts), { now: now(), log }),
      written: (verdicts) => this.#finish(verdicts),
      log,
    })
  }

  /** One look at the tables. Throws when they do not answer; nothing is lost by that. */
  async step(): Promise<void> {
    if (this.#step % stepsPerReload === 0) await this.#reload()
    await this.#findNew()
    await this.#findDue()
    this.#testKeys()
    await this.#writeHealth()
    this.#step++
  }

  /** Lets the requests under way finish and stores what they brought. Call it when no step runs any more. */
  async close(): Promise<void> {
    this.#options.registry.close()
    await Promise.allSettled(this.#asking)
    await this.#outbox.close()
    await this.#writeHealth()
  }

  async #reload(): Promise<void> {
    const { client, registry } = this.#options
    const [sites, connections] = await Promise.all([readSites(client), readConnections(client)])
    if (sites.some((site) => !this.#sites.has(site.site_id))) this.#wholeTableAt = this.#step
    this.#sites = new Map(sites.map((site) => [site.site_id, site]))
    if (registry.update(connections.filter((connection) => this.#sites.has(connection.site_id))))
      this.#nextDue = 0
  }

  async #findNew(): Promise<void> {
    const whole = this.#step >= this.#wholeTableAt
    this.#underWay.beginRead()
    const claims = await readNewClaims(this.#options.client, {
      site_ids: [...this.#sites.keys()].filter((siteId) => this.#underWay.hasRoom(siteId)),
      window_s: whole ? wholeTable : recentSeconds,
      limit: mostUnderWay,
    })
    // A backlog is read on until nothing of it is left.
    if (whole) this.#wholeTableAt = this.#step + (claims.length > 0 ? 1 : stepsPerWholeTable)
    for (const claim of claims) this.#take(claim)
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
      limit: mostUnderWay,
    })
    for (const claim of claims) this.#take(claim)
    if (claims.length > 0 || ready.length < usable.length) return
    this.#nextDue = Number.POSITIVE_INFINITY
    const next = await readNextDue(
      client,
      usable.map((open) => open.connection.site_id),
    )
    this.#planned(next)
  }

  // States are written while the next due time is read, so it may only come nearer.
  #planned(at: number): void {
    this.#nextDue = Math.min(this.#nextDue, at)
  }

  #take(claim: OpenClaim): void {
    const site = this.#sites.get(claim.site_id)
    if (!site) return
    const open = this.#options.registry.get(claim.site_id)
    const decision = decideUnasked(claim.stripe_session_id, open?.outlook ?? null)
    // A claim with a state keeps it while its site cannot be served.
    const waits = decision?.state === 'retrying' || decision?.state === 'key_rejected'
    if ((waits && claim.state !== 'new') || !this.#underWay.take(claim)) return
    if (decision) this.#outbox.add({ claim, site, decision, asked: false, paid: null })
    else if (open) this.#track(this.#ask(claim, site, open))
  }

  async #ask(claim: OpenClaim, site: Site, open: OpenConnection): Promise<void> {
    const { registry, now, random, backoffMs } = this.#options
    const answer = await this.#retrieve(claim, open)
    const replaced = registry.get(claim.site_id) !== open
    const refused = answer.kind === 'key_rejected' || answer.kind === 'permission_missing'
    if (answer.kind === 'superseded' || (replaced && refused)) {
      this.#underWay.finish(claim)
      this.#nextDue = 0
      return
    }
    const decision = decideState(answer, claim, { now: now(), random: random(), backoffMs })
    const paid =
      decision.state === 'paid' && answer.kind === 'session'
        ? { session: answer.session, accountId: open.accountId }
        : null
    this.#outbox.add({ claim, site, decision, asked: true, paid })
  }

  // A fault of our own is asked about again later like a failure of Stripe's: it must neither be lost nor loop.
  async #retrieve(claim: OpenClaim, open: OpenConnection): Promise<SessionAnswer | Superseded> {
    try {
      return await open.retrieve(claim.stripe_session_id)
    } catch (error) {
      this.#options.log.error({ err: error, site_id: claim.site_id }, 'a claim could not be looked up')
      return { kind: 'unavailable', why: 'no usable answer' }
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
    return verdicts.filter((verdict) => this.#sites.has(verdict.site.site_id))
  }

  #finish(verdicts: readonly Verdict[]): void {
    for (const { claim, decision } of verdicts) {
      this.#underWay.finish(claim)
      if (decision.next_attempt_at !== null) this.#planned(decision.next_attempt_at)
    }
  }
}
