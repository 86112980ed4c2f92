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

/** Nothing is missing without them but the one thing that they would add. */
const optional: ReadonlySet<Topic> = new Set(['customers', 'payment links'])

/** What is asked for beside the session, most first: a key that may not see the rest is asked with less. */
const expansions = [
  ['payment_intent.latest_charge.balance_transaction'],
  ['payment_intent.latest_charge'],
  [],
] as const
const barest = expansions.length - 1

/** How long a missing permission is believed before everything is asked for again. */
const memoryMs = 3_600_000

/** What a restricted key may see, as far as Stripe's refusals have told. */
export class KeySight {
  #now: () => number
  #level = 0
  #levelUntil = 0
  #levelMessage = ''
  #lacks = new Map<Topic, { message: string; until: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** How much is asked for beside a session now: 0 is everything. */
  get level(): number {
    if (this.#now() >= this.#levelUntil) this.#level = 0
    return this.#level
  }

  get isBarest(): boolean {
    return this.#level === barest
  }

  /** What to expand at a level. */
  expand(level: number): readonly string[] {
    return expansions[level] ?? []
  }

  /** Asks for less from now on, because of a refusal at a level. */
  lower(from: number, message: string): void {
    this.#levelMessage = message
    if (this.#level !== from) return
    // The missing one is named; when it is not the balance's, less than its parent is of no use.
    this.#level = namesBalance(message) ? from + 1 : barest
    this.#levelUntil = this.#now() + memoryMs
  }

  /** The refusal that is believed about a topic, or null. */
  refusalOf(topic: Topic): string | null {
    const lack = this.#lacks.get(topic)
    return lack && this.#now() < lack.until ? lack.message : null
  }

  /** Remembers that a topic may not be read. */
  refuse(topic: Topic, message: string): void {
    this.#lacks.set(topic, { message, until: this.#now() + memoryMs })
  }

  /** Remembers that a topic may be read. */
  allow(topic: Topic): void {
    this.#lacks.delete(topic)
  }

  /** Believes nothing any more about topics. */
  forget(): void {
    this.#lacks.clear()
  }

  /** Stripe's own words about what the key may not see; '' when it sees all that counts. */
  summary(): string {
    const lacks = [...this.#lacks].filter(([topic]) => !optional.has(topic))
    const unseen = this.#level === 0 ? [] : [this.#levelMessage]
    return [...unseen, ...lacks.map(([topic, { message }]) => `${topic}: ${message}`)].join(' ')
  }
}

/** Whether a refusal is about balance transactions, without which a question can be asked again. */
export function namesBalance(message: string): boolean {
  return /balance_transaction/.test(message)
}
