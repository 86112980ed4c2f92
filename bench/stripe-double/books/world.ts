import type { Random } from '../random.ts'
import type {
  CustomerRecord,
  InvoicePaymentRecord,
  InvoiceRecord,
  SetupIntentRecord,
  SubscriptionRecord,
} from './billing-records.ts'
import type { EventRecord, Subject } from './event-records.ts'
import type {
  ChargeRecord,
  DisputeRecord,
  IntentRecord,
  LinkRecord,
  RefundRecord,
  SessionRecord,
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
  readonly customers: Shelf<CustomerRecord>
  readonly subscriptions: Shelf<SubscriptionRecord>
  readonly invoices: Shelf<InvoiceRecord>
  readonly invoicePayments: Shelf<InvoicePaymentRecord>
  readonly setupIntents: Shelf<SetupIntentRecord>
  readonly events: Shelf<EventRecord>
  /** By event id: how many webhook endpoints have not taken it yet. */
  readonly undelivered: Map<string, number>
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
  /** What a restricted key may do, such as `rak_charge_read`; a secret key may do everything. */
  granted: ReadonlySet<string>
  /** Permissions taken away. */
  missing: ReadonlySet<string>
}

export type World = {
  readonly now: () => number
  readonly random: Random
  readonly accounts: Map<string, Account>
  readonly keys: Map<string, Key>
  /** Where the double listens, such as `http://127.0.0.1:12111`. */
  readonly baseUrl: () => string
  /** Hears of every event, for the webhooks. */
  readonly listeners: ((book: Book, event: EventRecord) => void)[]
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
    customers: new Shelf(),
    subscriptions: new Shelf(),
    invoices: new Shelf(),
    invoicePayments: new Shelf(),
    setupIntents: new Shelf(),
    events: new Shelf(),
    undelivered: new Map(),
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

/** Stripe keeps events for 30 days, in seconds. */
export const EVENTS_KEPT_S = 30 * 86_400
/** Old events are dropped this many at a time, since dropping copies the rest. */
const DROPPED_AT_ONCE = 4096

/** Records what happened, as Stripe's event list and webhooks will tell it. `created` in seconds. */
export function emit(
  world: World,
  book: Book,
  happened: { type: string; subject: Subject; created: number },
): void {
  const oldest = seconds(world, undefined) - EVENTS_KEPT_S
  const id = `evt_1${world.random.token(23)}`
  if (happened.created < oldest) return
  const event = book.events.put({ id, livemode: book.livemode, ...happened })
  if (book.events.size % DROPPED_AT_ONCE === 0) dropEvents(book, oldest)
  for (const hear of world.listeners) hear(book, event)
}

function dropEvents(book: Book, oldest: number) {
  book.events.dropBefore(oldest)
  for (const id of book.undelivered.keys()) if (!book.events.get(id)) book.undelivered.delete(id)
}
