import type { ConnectionOutlook } from '../claims/decide-unasked.ts'
import type { AccountQueue } from './account-queue.ts'
import type { Connection, OpenedKey } from './connections.ts'
import type { AccountAnswer, KeyAnswer, SessionAnswer, StripeApi, Trouble } from './stripe-api.ts'

/** How the last request with a key went, as `connection_health` shows it. `checked_at` is ms since 1970. */
export type Health = {
  state: 'ok' | 'key_rejected' | 'permission_missing' | 'rate_limited' | 'unreachable'
  detail: string
  checked_at: number
}

/** The connection was replaced or closed before its turn came: the claim is found again in the tables. */
export type Superseded = { kind: 'superseded' }

type Answer = SessionAnswer | AccountAnswer | KeyAnswer

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

  /** Looks up a Checkout Session when the account's turn comes. A refused key is not sent again. */
  async retrieve(id: string): Promise<SessionAnswer | Superseded> {
    const unnamed = await this.#nameAccount()
    if (unnamed) return unnamed
    if (this.#options.now() >= this.#levelUntil) this.#level = 0
    for (;;) {
      const level = this.#level
      const answer = await this.#ask((api) => api.retrieveSession(id, expansions[level] ?? []))
      if (answer.kind !== 'permission_missing' || level === barest || this.#refusal) return this.#note(answer)
      this.#lower(level, answer.message)
    }
  }

  /** Tries the key; a good answer opens a connection that was refused. Gives whether it was good. */
  async test(): Promise<boolean> {
    this.#testAt = this.#options.now() + this.#options.retestMs
    const answer = await this.#send((api) => api.testKey())
    if (answer.kind === 'accepted') {
      this.#testAt = Number.POSITIVE_INFINITY
      this.#refusal = null
    }
    this.#note(answer)
    return answer.kind === 'accepted'
  }

  #ask<A extends Answer>(question: (api: StripeApi) => Promise<A>): Promise<A | Superseded | Trouble> {
    return this.#send<A | Trouble>(async (api) => {
      const refusal = this.#refusal
      if (refusal && refusal.kind !== 'key_unreadable')
        return { kind: refusal.kind, message: refusal.message }
      return await question(api)
    })
  }

  #send<A extends Answer>(question: (api: StripeApi) => Promise<A>): Promise<A | Superseded> {
    return this.#queue.run<A | Superseded>(async () => {
      const { api } = this.#options
      if (this.#retired || !api) return { kind: 'superseded' }
      this.#running++
      try {
        return await question(api)
      } finally {
        this.#running--
        if (this.#retired && this.#running === 0) api.close()
      }
    })
  }

  // Sites that share an account share its rate, whatever their keys (ruling 17).
  async #nameAccount(): Promise<SessionAnswer | Superseded | null> {
    if (this.#accountId || this.#options.now() < this.#learnAccountAt) return null
    this.#learnAccountAt = this.#options.now() + accountRetryMs
    const answer = await this.#ask((api) => api.readAccount())
    if (answer.kind === 'superseded') return answer
    if (answer.kind === 'key_rejected') return this.#note(answer)
    if (answer.kind !== 'account' || answer.id === '') return null
    this.#accountId = answer.id
    this.#queue = this.#options.queueOf(answer.id)
    return null
  }

  #lower(from: number, message: string): void {
    this.#lack = message
    if (this.#level !== from) return
    // The missing one is named; when it is not the balance's, less than its parent is of no use.
    this.#level = /balance_transaction/.test(message) ? from + 1 : barest
    this.#levelUntil = this.#options.now() + permissionMemoryMs
  }

  #note<A extends SessionAnswer | KeyAnswer | Superseded>(answer: A): A {
    if (answer.kind === 'superseded') return answer
    if (answer.kind === 'key_rejected' || answer.kind === 'permission_missing') {
      const { kind, message } = answer
      if (!this.#refusal) this.#testAt = this.#options.now() + this.#options.retestMs
      this.#refusal ??= { kind, message }
    }
    this.#health = { ...this.#healthAfter(answer), checked_at: this.#options.now() }
    return answer
  }

  #healthAfter(answer: SessionAnswer | KeyAnswer): Omit<Health, 'checked_at'> {
    switch (answer.kind) {
      case 'key_rejected':
      case 'permission_missing':
        return { state: answer.kind, detail: answer.message }
      case 'rate_limited':
        return { state: 'rate_limited', detail: `Stripe asked for fewer requests (${answer.reason}).` }
      case 'unavailable':
        return { state: 'unreachable', detail: `Stripe gave ${answer.why}.` }
      case 'session':
      case 'not_found':
      case 'wrong_mode':
      case 'accepted':
        if (this.#level === 0) return { state: 'ok', detail: '' }
        return {
          state: 'permission_missing',
          detail: `Payments are counted, but without what the key may not see: ${this.#lack}`,
        }
    }
  }
}
