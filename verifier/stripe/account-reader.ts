import type { CheckoutSession } from './checkout-session.ts'
import type { Topic } from './key-sight.ts'
import { askPatiently, type ListEnd, type PagingOptions, readPages, whyNot } from './list-pages.ts'
import type { Lane, OpenConnection } from './open-connection.ts'
import type { Asked, AskedSessions } from './questions.ts'

/**
 * Stripe gave no usable answer, whatever was tried. It unwinds a run of a job, which is repeated as a whole: everything
 * in it is harmless when it is done twice.
 */
export class Unanswered extends Error {
  override name = 'Unanswered'

  constructor(end: Exclude<ListEnd, { kind: 'end' }>) {
    super(whyNot(end))
  }
}

/** Something of Stripe and the version of what it says. */
export type Read<T> = { value: T; as_of: bigint }

/** Reads an account's objects for a job, with patience. What the key may not see is as if it were not there. */
export class AccountReader {
  #open: OpenConnection
  #lane: Lane
  #paging: PagingOptions

  constructor(open: OpenConnection, lane: Lane, paging: PagingOptions) {
    this.#open = open
    this.#lane = lane
    this.#paging = paging
  }

  /** One Checkout Session, or null when the account has none of that id. */
  async session(id: string): Promise<Read<CheckoutSession> | null> {
    const answer = await askPatiently(() => this.#open.retrieve(id), this.#paging)
    if (answer.kind === 'session') return { value: answer.session, as_of: answer.as_of }
    if (answer.kind === 'not_found' || answer.kind === 'wrong_mode') return null
    throw new Unanswered(answer)
  }

  /** The first Checkout Session of a list, or null when it is empty. */
  async firstSession(list: AskedSessions): Promise<Read<CheckoutSession> | null> {
    const answer = await askPatiently(() => this.#open.sessions(this.#lane, list), this.#paging)
    if (answer.kind !== 'page') throw new Unanswered(answer)
    const [value] = answer.rows
    return value ? { value, as_of: answer.as_of } : null
  }

  /** Every page of a list of Checkout Sessions. Gives how many there were. */
  async sessions(
    list: (after: string | undefined) => AskedSessions,
    take: (sessions: CheckoutSession[], as_of: bigint) => Promise<void>,
  ): Promise<number> {
    const end = await readPages((after) => this.#open.sessions(this.#lane, list(after)), take, this.#paging)
    if (end.kind !== 'end') throw new Unanswered(end)
    return end.rows
  }

  /** One object, or null when there is none or the key may not see it. */
  async one<T>(topic: Topic, asked: Asked<T>): Promise<Read<T> | null> {
    const answer = await askPatiently(() => this.#open.one(this.#lane, topic, asked), this.#paging)
    if (answer.kind === 'object') return { value: answer.value, as_of: answer.as_of }
    if (answer.kind === 'not_found' || answer.kind === 'permission_missing') return null
    throw new Unanswered(answer)
  }

  /** One page of a list, or null when the key may not see it. */
  async page<T>(topic: Topic, asked: Asked<T>): Promise<Read<T[]> | null> {
    const answer = await askPatiently(() => this.#open.page(this.#lane, topic, asked), this.#paging)
    if (answer.kind === 'page') return { value: answer.rows, as_of: answer.as_of }
    if (answer.kind === 'permission_missing') return null
    throw new Unanswered(answer)
  }

  /** Every page of a list. Gives whether the key may see it. */
  async pages<T extends { id: string }>(
    topic: Topic,
    list: (after: string | undefined) => Asked<T>,
    take: (rows: T[], as_of: bigint) => Promise<void>,
  ): Promise<boolean> {
    const end = await readPages(
      (after) => this.#open.page(this.#lane, topic, list(after)),
      take,
      this.#paging,
    )
    if (end.kind === 'end') return true
    if (end.kind === 'permission_missing') return false
    throw new Unanswered(end)
  }
}
