import type { Random } from '../random.ts'
import type {
  ChargeRecord,
  DisputeRecord,
  EventRecord,
  IntentRecord,
  LinkRecord,
  RefundRecord,
  SessionRecord,
  Subject,
  TransactionRecord,
} from './records.ts'
import { Shelf } from './shelf.ts'

/** Everything that one account holds in one mode. Test and live never see each other. */
export type Book = {
  readonly account: Owner
  readonly livemode: boolean
  readonly sessions: Shelf<SessionRecord>
  readonly intents: Shelf<IntentRecord>
  readonly charges: Shelf<ChargeRecord>
  readonly transactions: Shelf<TransactionRecord>
  readonly refunds: Shelf<RefundRecord>
  readonly disputes: Shelf<DisputeRecord>
  readonly links: Shelf<LinkRecord>
  readonly events: Shelf<EventRecord>
}

/** Who an account is and what it can hold money in; the first currency is the default. */
type Owner = {
  readonly id: string
  readonly name: string
  readonly country: string
  readonly created: number
  readonly settles_in: readonly [string, ...string[]]
}

type KeyPair = { readonly restricted: string; readonly secret: string }

export type Account = Owner & {
  readonly keys: { readonly test: KeyPair; readonly live: KeyPair }
  readonly books: { readonly test: Book; readonly live: Book }
}

export type Key = {
  readonly text: string
  readonly account: Account
  readonly livemode: boolean
  readonly restricted: boolean
  revoked: boolean
  /** Permissions taken away, such as `rak_charge_read`. */
  missing: ReadonlySet<string>
}

export type World = {
  readonly now: () => number
  readonly random: Random
  readonly accounts: Map<string, Account>
  readonly keys: Map<string, Key>
  /** Where the double listens, such as `http://127.0.0.1:12111`. */
  readonly baseUrl: () => string
}

/** The caller of the double asked for something that cannot happen, such as paying an expired session. */
export class DoubleMisuse extends Error {
  override name = 'DoubleMisuse'
}

export function createBook(account: Owner, livemode: boolean): Book {
  return {
    account,
    livemode,
    sessions: new Shelf(),
    intents: new Shelf(),
    charges: new Shelf(),
    transactions: new Shelf(),
    refunds: new Shelf(),
    disputes: new Shelf(),
    links: new Shelf(),
    events: new Shelf(),
  }
}

/** Stripe's clock: whole seconds. */
export function seconds(world: World, at: number | undefined): number {
  return Math.floor((at ?? world.now()) / 1000)
}

export function bookOf(account: Account, livemode: boolean): Book {
  return livemode ? account.books.live : account.books.test
}

export function accountOf(world: World, id: string | undefined): Account {
  const account = id === undefined ? world.accounts.values().next().value : world.accounts.get(id)
  if (!account) throw new DoubleMisuse(`The double has no account ${id}.`)
  return account
}

export function* allBooks(world: World): Generator<Book> {
  for (const account of world.accounts.values()) yield* [account.books.test, account.books.live]
}

type Found<R> = { book: Book; row: R }

/** The first row that `pick` gives, and its book; ids are unique over all accounts and modes. */
export function find<R>(world: World, pick: (book: Book) => R | undefined): Found<R> | undefined {
  for (const book of allBooks(world)) {
    const row = pick(book)
    if (row !== undefined) return { book, row }
  }
  return undefined
}

/** As `find`, for an id that must be there. */
export function locate<R>(world: World, id: string, pick: (book: Book) => R | undefined): Found<R> {
  const found = find(world, pick)
  if (!found) throw new DoubleMisuse(`The double holds no ${id}.`)
  return found
}

/** Records what happened, as Stripe's event list will tell it. `created` in seconds. */
export function emit(world: World, book: Book, event: { type: string; subject: Subject; created: number }) {
  book.events.put({ id: `evt_1${world.random.token(23)}`, livemode: book.livemode, ...event })
}
