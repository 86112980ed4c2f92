import type {
  ChargeRecord,
  DisputeRecord,
  EventRecord,
  IntentRecord,
  LinkRecord,
  RefundRecord,
  SessionRecord,
  TransactionRecord,
} from '../books/records.ts'
import type { Shelf } from '../books/shelf.ts'
import type { Book } from '../books/world.ts'
import { disputeShape, eventShape, linkShape, refundShape } from '../objects/object-shapes.ts'
import { chargeShape, intentShape, transactionShape } from '../objects/payment-shapes.ts'
import { sessionShape } from '../objects/session-shape.ts'
import type { ListQuery } from './list-query.ts'

type Json = Record<string, unknown>
type Row = { readonly id: string; readonly created: number }

/** One kind of object of the API: where it is, who may read it, how it is listed and what it refers to. */
export type Resource = {
  readonly path: string
  /** As in "No such payment_intent: ...". */
  readonly object: string
  readonly permission: string
  readonly hasCreated: boolean
  readonly filters: readonly string[]
  /** Filters whose values are a closed set; any other value is a 400. */
  readonly choices: Readonly<Record<string, readonly string[]>>
  /** Fields that `expand[]` may name, and the prefix of the ids in them. */
  readonly expandable: Readonly<Record<string, string>>
  has(book: Book, id: string): boolean
  read(book: Book, id: string, baseUrl: string): Json | undefined
  page(book: Book, query: ListQuery, baseUrl: string): { data: Json[]; hasMore: boolean }
}

type Definition<R extends Row> = Pick<Resource, 'path' | 'object' | 'permission'> &
  Partial<Pick<Resource, 'hasCreated' | 'expandable' | 'choices'>> & {
    shelf: (book: Book) => Shelf<R>
    shape: (row: R, baseUrl: string) => Json
    filters: Readonly<Record<string, (row: R, values: string[]) => boolean>>
  }

function define<R extends Row>(definition: Definition<R>): Resource {
  const { shelf, shape, filters, hasCreated = true, expandable = {}, choices = {}, ...rest } = definition
  return {
    ...rest,
    hasCreated,
    expandable,
    choices,
    filters: Object.keys(filters),
    has: (book, id) => shelf(book).get(id) !== undefined,
    read(book, id, baseUrl) {
      const row = shelf(book).get(id)
      return row && shape(row, baseUrl)
    },
    page(book, query, baseUrl) {
      const tests = [...query.filters].map(
        ([name, values]) =>
          (row: R) =>
            filters[name]?.(row, values) ?? true,
      )
      const page = shelf(book).page({ ...query, keep: (row) => tests.every((test) => test(row)) })
      return { data: page.rows.map((row) => shape(row, baseUrl)), hasMore: page.hasMore }
    },
  }
}

const is =
  <R>(read: (row: R) => string | null | undefined) =>
  (row: R, [value]: string[]) =>
    read(row) === value

/** `charge.*` matches every kind of event about charges. */
function matchesType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}

const ofCharge = {
  charge: is<{ charge: string }>((row) => row.charge),
  payment_intent: is<{ payment_intent: string }>((row) => row.payment_intent),
}

/** Every resource by the prefix of its ids; the double's ids say what they are. */
export const resources = {
  cs: define<SessionRecord>({
    path: '/v1/checkout/sessions',
    object: 'checkout.session',
    permission: 'rak_checkout_session_read',
    shelf: (book) => book.sessions,
    shape: (row, baseUrl) => ({ ...sessionShape(row, baseUrl) }),
    expandable: { payment_intent: 'pi', payment_link: 'plink' },
    choices: { status: ['complete', 'expired', 'open'] },
    filters: {
      status: is((row) => row.status),
      payment_link: is((row) => row.payment_link),
      payment_intent: is((row) => (row.mode === 'payment' ? row.payment_intent : null)),
      subscription: is((row) => row.subscription),
      'customer_details[email]': is((row) => row.buyer?.email),
      customer: () => false,
    },
  }),
  pi: define<IntentRecord>({
    path: '/v1/payment_intents',
    object: 'payment_intent',
    permission: 'rak_payment_intent_read',
    shelf: (book) => book.intents,
    shape: (row) => ({ ...intentShape(row) }),
    expandable: { latest_charge: 'ch' },
    filters: { customer: () => false },
  }),
  ch: define<ChargeRecord>({
    path: '/v1/charges',
    object: 'charge',
    permission: 'rak_charge_read',
    shelf: (book) => book.charges,
    shape: (row, baseUrl) => ({ ...chargeShape(row, baseUrl) }),
    expandable: { balance_transaction: 'txn', payment_intent: 'pi' },
    filters: { payment_intent: ofCharge.payment_intent, customer: () => false },
  }),
  txn: define<TransactionRecord>({
    path: '/v1/balance_transactions',
    object: 'balance_transaction',
    permission: 'rak_balance_transaction_source_read',
    shelf: (book) => book.transactions,
    shape: (row) => ({ ...transactionShape(row) }),
    expandable: { source: 'ch' },
    filters: {
      currency: is((row) => row.currency),
      source: is((row) => row.source),
      type: is((row) => row.type),
    },
  }),
  re: define<RefundRecord>({
    path: '/v1/refunds',
    object: 'refund',
    permission: 'rak_charge_read',
    shelf: (book) => book.refunds,
    shape: (row) => ({ ...refundShape(row) }),
    expandable: {
      balance_transaction: 'txn',
      failure_balance_transaction: 'txn',
      charge: 'ch',
      payment_intent: 'pi',
    },
    filters: ofCharge,
  }),
  du: define<DisputeRecord>({
    path: '/v1/disputes',
    object: 'dispute',
    permission: 'rak_dispute_read',
    shelf: (book) => book.disputes,
    shape: (row) => ({ ...disputeShape(row) }),
    expandable: { charge: 'ch', payment_intent: 'pi' },
    filters: ofCharge,
  }),
  evt: define<EventRecord>({
    path: '/v1/events',
    object: 'event',
    permission: 'rak_event_read',
    shelf: (book) => book.events,
    shape: (row, baseUrl) => ({ ...eventShape(row, baseUrl) }),
    filters: {
      type: (row, [wanted = '']) => matchesType(row.type, wanted),
      types: (row, wanted) => wanted.some((one) => matchesType(row.type, one)),
      delivery_success: (_, [wanted]) => wanted === 'true',
    },
  }),
  plink: define<LinkRecord>({
    path: '/v1/payment_links',
    object: 'payment_link',
    permission: 'rak_payment_links_read',
    shelf: (book) => book.links,
    shape: (row) => ({ ...linkShape(row) }),
    hasCreated: false,
    choices: { active: ['true', 'false'] },
    filters: { active: (row, [wanted]) => String(row.active) === wanted },
  }),
} satisfies Record<string, Resource>

/** Charges of bank debits are `py_`, those of cards `ch_`. */
const byPrefix = new Map<string, Resource>([...Object.entries(resources), ['py', resources.ch]])

/** The resource that an id, or the prefix of one, belongs to. */
export function resourceOfId(id: string): Resource | undefined {
  return byPrefix.get(id.split('_', 1)[0] ?? '')
}
