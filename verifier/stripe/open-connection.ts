import type { AccountQueue } from './account-queue.ts'
import type { CheckoutSession } from './checkout-session.ts'
import type { Connection, OpenedKey } from './connections.ts'
import { KeySight, namesBalance, type Topic } from './key-sight.ts'
import type { Asked, AskedSessions } from './questions.ts'
import type { ReadLedger } from './read-ledger.ts'
import type { AccountAnswer, ObjectAnswer, PageAnswer, SessionAnswer, StripeApi } from './stripe-api.ts'
import type { Trouble } from './trouble.ts'

/** How the last request with a key went, as `connection_health` shows it. `checked_at` is ms since 1970. */
export type Health = {
  state: 'ok' | 'key_rejected' | 'permission_missing' | 'rate_limited' | 'unreachable'
  detail: string
  checked_at: number
}

/** What is known of a site's connection before Stripe is asked. */
export type ConnectionOutlook = {
  livemode: boolean
  /** Why the key is of no use now, or null. */
  refusal: { kind: 'key_rejected' | 'permission_missing' | 'key_unreadable'; message: string } | null
  /** Until when nothing is sent, because Stripe does not answer; ms since 1970, null when it does. */
  restsUntil: number | null
}

/** The connection was replaced or closed before its turn came: the claim is found again in the tables. */
export type Superseded = { kind: 'superseded' }

/** An answer with the version of what it says: `as_of` is from when its request was sent. */
export type Dated<A> = A & { as_of: bigint }

/** Whom a request is for: lanes of an account take turns. */
export type Lane = 'events' | 'sweep' | `site ${number}`

type Answer = { kind: string } | Trouble

/** How long an account that could not be named is served under its key alone before it is asked for again. */
const accountRetryMs = 60_000

export type OpenConnectionOptions = {
  connection: Connection
  key: OpenedKey
  /** Null when the key cannot be used. */
  api: StripeApi | null
  /** The queue of an account (`acct_...`) or, while that is unknown, of a key; shared by all who name it. */
  queueOf: (name: string) => AccountQueue
  /** A name for the key that does not tell it. */
  keyName: string
  retestMs: number
  now: () => number
  /** The version of what is read now. */
  tick: () => bigint
  ledger: ReadLedger
}

/** A site's connection in use: one version of its key, until it is replaced. */
export class OpenConnection {
  readonly connection: Connection
  #options: OpenConnectionOptions
  #queue: AccountQueue
  #accountId: string
  #learnAccountAt = 0
  #refusal: ConnectionOutlook['refusal'] = null
  #testAt = Number.POSITIVE_INFINITY
  #sight: KeySight
  #health: Health | null = null
  #running = 0
  #retired = false

  constructor(options: OpenConnectionOptions) {
    const { connection, key, queueOf, keyName, now } = options
    this.#options = options
    this.#sight = new KeySight(now)
    this.connection = connection
    this.#accountId = connection.account_id
    this.#queue = queueOf(connection.account_id || keyName)
    // So the owner sees at once how a new key does, and the health of the one before is not shown for it.
    if (key.ok) this.#testAt = now()
    if (!key.ok) {
      this.#refusal = { kind: 'key_unreadable', message: key.why }
      this.#health = { state: 'key_rejected', detail: key.why, checked_at: now() }
    }
  }

  /** Empty while Stripe has not said whose key it is. */
  get accountId(): string {
    return this.#accountId
  }

  /** The account and mode, as tables name it; that of the key alone while Stripe has not said whose it is. */
  get account(): string {
    const { keyName } = this.#options
    return `${this.#accountId || keyName}/${this.connection.livemode ? 'live' : 'test'}`
  }

  get #lane(): Lane {
    return `site ${this.connection.site_id}`
  }

  /** Null before the first answer. */
  get health(): Health | null {
    return this.#health
  }

  get outlook(): ConnectionOutlook {
    return {
      livemode: this.connection.livemode,
      refusal: this.#refusal,
      restsUntil: this.#queue.restsUntil,
    }
  }

  /** Whether the key is to be tried now: when it is new, and now and then while Stripe refuses it. */
  get testDue(): boolean {
    return this.#options.now() >= this.#testAt
  }

  /** Nothing more is sent with this key. What is under way is let finish. */
  retire(): void {
    this.#retired = true
    if (this.#running === 0) this.#options.api?.close()
  }

  /** Looks up a Checkout Session when the site's turn comes. A refused key is not sent again. */
  async retrieve(id: string): Promise<Dated<SessionAnswer> | Superseded> {
    const unnamed = await this.nameAccount()
    if (unnamed) return unnamed
    return await this.#withExpansions((expand) =>
      this.#ask(this.#lane, (api) => api.retrieveSession(id, expand)),
    )
  }

  /** One page of Checkout Sessions. `list` is asked with what is to be expanded. */
  async sessions(lane: Lane, list: AskedSessions): Promise<Dated<PageAnswer<CheckoutSession>> | Superseded> {
    return await this.#withExpansions((expand) =>
      this.#ask(lane, (api) => api.page(list(expand.map((path) => `data.${path}`)))),
    )
  }

  /** One object of another kind. A permission that is missing is believed for an hour, without asking. */
  async one<T>(lane: Lane, topic: Topic, asked: Asked<T>): Promise<Dated<ObjectAnswer<T>> | Superseded> {
    return await this.#about(topic, (balance) => this.#ask(lane, (api) => api.one(asked(balance))))
  }

  /** One page of a list of another kind; as `one`. */
  async page<T>(lane: Lane, topic: Topic, asked: Asked<T>): Promise<Dated<PageAnswer<T>> | Superseded> {
    return await this.#about(topic, (balance) => this.#ask(lane, (api) => api.page(asked(balance))))
  }

  /** Tries the key; a good answer opens a connection that was refused. Gives whether it was good. */
  async test(): Promise<boolean> {
    this.#testAt = this.#options.now() + this.#options.retestMs
    const answer = await this.#send(this.#lane, (api) => api.testKey())
    this.#count(this.#lane, answer)
    // A key that can be used is asked about permissions anew.
    this.#sight.forget()
    if (answer.kind === 'accepted') {
      this.#testAt = Number.POSITIVE_INFINITY
      this.#refusal = null
    }
    this.#note(answer)
    return answer.kind === 'accepted'
  }

  /**
   * Finds out whose key it is, once. Sites that share an account share its rate, whatever their keys (ruling 17).
   *
   * @returns null when it is known or cannot be, else the answer to give to whoever asks
   */
  async nameAccount(): Promise<Dated<SessionAnswer> | Superseded | null> {
    if (this.#accountId || this.#options.now() < this.#learnAccountAt) return null
    this.#learnAccountAt = this.#options.now() + accountRetryMs
    const answer: Dated<AccountAnswer> | Superseded = await this.#ask(this.#lane, (api) => api.readAccount())
    if (answer.kind === 'superseded') return answer
    if (answer.kind === 'key_rejected') return this.#note(answer)
    if (answer.kind !== 'account' || answer.id === '') return null
    this.#accountId = answer.id
    this.#queue = this.#options.queueOf(answer.id)
    return null
  }

  async #withExpansions<A extends SessionAnswer | PageAnswer<CheckoutSession>>(
    ask: (expand: readonly string[]) => Promise<Dated<A | Trouble> | Superseded>,
  ): Promise<Dated<A | Trouble> | Superseded> {
    for (;;) {
      const { level } = this.#sight
      const answer = await ask(this.#sight.expand(level))
      const refused = answer.kind === 'permission_missing' && !this.#sight.isBarest && !this.#refusal
      if (!refused) return this.#note(answer)
      this.#sight.lower(level, 'message' in answer ? answer.message : '')
    }
  }

  async #about<A extends ObjectAnswer<unknown> | PageAnswer<unknown>>(
    topic: Topic,
    ask: (balance: boolean) => Promise<Dated<A | Trouble> | Superseded>,
  ): Promise<Dated<A | Trouble> | Superseded> {
    const { now, tick } = this.#options
    const believed = this.#sight.refusalOf(topic)
    if (believed !== null) return { kind: 'permission_missing', message: believed, as_of: tick() }
    const balance = this.#sight.level === 0
    const answer = await ask(balance)
    if (answer.kind === 'permission_missing' && 'message' in answer && !this.#refusal) {
      if (balance && namesBalance(answer.message)) {
        this.#sight.lower(0, answer.message)
        return await this.#about(topic, ask)
      }
      this.#sight.refuse(topic, answer.message)
      this.#health = { ...this.#healthy(), checked_at: now() }
      return answer
    }
    this.#sight.allow(topic)
    return answer.kind === 'not_found' ? answer : this.#note(answer)
  }

  #ask<A extends Answer>(
    lane: Lane,
    question: (api: StripeApi) => Promise<A>,
  ): Promise<Dated<A | Trouble> | Superseded> {
    return this.#send<A | Trouble>(lane, async (api) => {
      const refusal = this.#refusal
      if (refusal && refusal.kind !== 'key_unreadable')
        return { kind: refusal.kind, message: refusal.message }
      const answer = await question(api)
      this.#count(lane, answer)
      return answer
    })
  }

  #count(lane: Lane, answer: Answer): void {
    const siteId = lane === this.#lane ? this.connection.site_id : 0
    this.#options.ledger.count({ account: this.account, site_id: siteId }, answer.kind)
  }

  #send<A extends Answer>(
    lane: Lane,
    question: (api: StripeApi) => Promise<A>,
  ): Promise<Dated<A> | Superseded> {
    return this.#queue.run<Dated<A> | Superseded>(lane, async () => {
      const { api, tick } = this.#options
      if (this.#retired || !api) return { kind: 'superseded' }
      this.#running++
      try {
        const as_of = tick()
        return { ...(await question(api)), as_of }
      } finally {
        this.#running--
        if (this.#retired && this.#running === 0) api.close()
      }
    })
  }

  #note<A extends Answer>(answer: A): A {
    if (answer.kind === 'superseded') return answer
    if ((answer.kind === 'key_rejected' || answer.kind === 'permission_missing') && 'message' in answer) {
      const { kind, message } = answer
      if (!this.#refusal) this.#testAt = this.#options.now() + this.#options.retestMs
      this.#refusal ??= { kind, message }
    }
    this.#health = { ...this.#healthAfter(answer), checked_at: this.#options.now() }
    return answer
  }

  #healthAfter(answer: Answer): Omit<Health, 'checked_at'> {
    if ('message' in answer) return { state: answer.kind, detail: answer.message }
    if ('reason' in answer)
      return { state: 'rate_limited', detail: `Stripe asked for fewer requests (${answer.reason}).` }
    if ('why' in answer) return { state: 'unreachable', detail: `Stripe gave ${answer.why}.` }
    return this.#healthy()
  }

  #healthy(): Omit<Health, 'checked_at'> {
    const lack = this.#sight.summary()
    if (lack === '') return { state: 'ok', detail: '' }
    return {
      state: 'permission_missing',
      detail: `Payments are counted, but without what the key may not see: ${lack}`,
    }
  }
}
