import type { AccountQueue } from './account-queue.ts'
import type { CheckoutSession } from './checkout-session.ts'
import type { Connection, OpenedKey } from './connections.ts'
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

/** What is asked for beside Checkout Sessions, each with a permission of its own. */
export type Topic =
  | 'refunds'
  | 'disputes'
  | 'events'
  | 'charges'
  | 'payment intents'
  | 'invoices'
  | 'customers'
  | 'payment links'

/** Whom a request is for: lanes of an account take turns. */
export type Lane = 'events' | 'sweep' | `site ${number}`

/** Nothing is missing without them but the one thing that they would add. */
const optional: ReadonlySet<Topic> = new Set(['customers', 'payment links'])

type Answer = { kind: string } | Trouble

/** What is asked for beside the session, most first: a key that may not see the rest is asked with less. */
const expansions = [
  ['payment_intent.latest_charge.balance_transaction'],
  ['payment_intent.latest_charge'],
  [],
] as const
const barest = expansions.length - 1

/** How long a missing permission is believed before everything is asked for again. */
const permissionMemoryMs = 3_600_000
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
  #level = 0
  #levelUntil = 0
  #lack = ''
  #lacks = new Map<Topic, { message: string; until: number }>()
  #health: Health | null = null
  #running = 0
  #retired = false

  constructor(options: OpenConnectionOptions) {
    const { connection, key, queueOf, keyName, now } = options
    this.#options = options
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
    // A key that can be used is asked about permissions anew.
    this.#lacks.clear()
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
    this.#forgetLevel()
    for (;;) {
      const level = this.#level
      const answer = await ask(expansions[level] ?? [])
      if (answer.kind !== 'permission_missing' || level === barest || this.#refusal) return this.#note(answer)
      this.#lower(level, 'message' in answer ? answer.message : '')
    }
  }

  async #about<A extends ObjectAnswer<unknown> | PageAnswer<unknown>>(
    topic: Topic,
    ask: (balance: boolean) => Promise<Dated<A | Trouble> | Superseded>,
  ): Promise<Dated<A | Trouble> | Superseded> {
    const { now, tick } = this.#options
    const lack = this.#lacks.get(topic)
    if (lack && now() < lack.until)
      return { kind: 'permission_missing', message: lack.message, as_of: tick() }
    this.#forgetLevel()
    const balance = this.#level === 0
    const answer = await ask(balance)
    if ('message' in answer && balance && /balance_transaction/.test(answer.message)) {
      this.#lower(0, answer.message)
      return await this.#about(topic, ask)
    }
    if (answer.kind === 'permission_missing' && 'message' in answer && !this.#refusal) {
      this.#lacks.set(topic, { message: answer.message, until: now() + permissionMemoryMs })
      if (!optional.has(topic) && this.#health) this.#health = { ...this.#healthy(), checked_at: now() }
      return answer
    }
    this.#lacks.delete(topic)
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

  #forgetLevel(): void {
    if (this.#options.now() >= this.#levelUntil) this.#level = 0
  }

  #lower(from: number, message: string): void {
    this.#lack = message
    if (this.#level !== from) return
    // The missing one is named; when it is not the balance's, less than its parent is of no use.
    this.#level = /balance_transaction/.test(message) ? from + 1 : barest
    this.#levelUntil = this.#options.now() + permissionMemoryMs
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
    const lacks = [...this.#lacks].filter(([topic]) => !optional.has(topic))
    const unseen = this.#level === 0 ? [] : [this.#lack]
    if (unseen.length + lacks.length === 0) return { state: 'ok', detail: '' }
    const messages = [...unseen, ...lacks.map(([topic, { message }]) => `${topic}: ${message}`)]
    return {
      state: 'permission_missing',
      detail: `Payments are counted, but without what the key may not see: ${messages.join(' ')}`,
    }
  }
}
