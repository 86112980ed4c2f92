import type { ChargeRecord, IntentRecord, Settlement, TransactionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, type World } from '../books/world.ts'
import { convert, rateBetween } from './currencies.ts'

const TWO_DAYS_S = 2 * 86_400

/** The currency, rate and fee a charge will settle with, from what the test said or the account's own. */
export function settlementFor(book: Book, currency: string, given: Settlement | undefined): Settlement {
  const target =
    given?.currency ?? (book.account.settles_in.includes(currency) ? currency : book.account.settles_in[0])
  const rate = target === currency ? null : (given?.exchange_rate ?? rateBetween(currency, target))
  return { currency: target, exchange_rate: rate, fee: given?.fee ?? null }
}

/** Minor units of the charge's currency as minor units of the balance, at the charge's own rate or another. */
export function settled(
  charge: ChargeRecord,
  amount: number,
  rate: number | null = charge.settlement.exchange_rate,
): number {
  const { currency } = charge.settlement
  return rate === null ? amount : convert(amount, { from: charge.currency, to: currency, rate })
}

/** Stripe's list prices in the US: 2.9 % + 30 for cards, 0.8 % up to 500 for bank debits. */
function feeFor(charge: ChargeRecord, gross: number): number {
  if (charge.settlement.fee !== null) return charge.settlement.fee
  if (charge.method === 'bank_debit') return Math.min(500, Math.round(gross * 0.008))
  return Math.min(gross, Math.round(gross * 0.029) + 30)
}

type Movement = Pick<TransactionRecord, 'type' | 'reporting_category' | 'source' | 'created'> & {
  charge: ChargeRecord
  /** Signed minor units of the balance's currency. */
  amount: number
  fee: number
  exchange_rate?: number | null
}

/** Writes one line of the balance. */
export function move(world: World, book: Book, movement: Movement): TransactionRecord {
  const { charge, exchange_rate = charge.settlement.exchange_rate, ...rest } = movement
  return book.transactions.put({
    ...rest,
    id: `txn_3${world.random.token(23)}`,
    livemode: book.livemode,
    currency: charge.settlement.currency,
    exchange_rate,
  })
}

/** The money of a charge reaches the balance: now for cards, days later for bank debits. */
export function credit(world: World, book: Book, charge: ChargeRecord, created: number): ChargeRecord {
  const gross = settled(charge, charge.amount)
  const transaction = move(world, book, {
    charge,
    amount: gross,
    fee: feeFor(charge, gross),
    type: charge.method === 'card' ? 'charge' : 'payment',
    reporting_category: 'charge',
    source: charge.id,
    created,
  })
  return book.charges.put({ ...charge, status: 'succeeded', balance_transaction: transaction.id })
}

/** When a line of the balance can be paid out, in seconds. */
export function availableOn(transaction: TransactionRecord): number {
  return transaction.created + TWO_DAYS_S
}

/** The payment intent behind a session, an invoice or its own id. */
export function intentBehind(book: Book, id: string): IntentRecord | undefined {
  const payment = book.invoices.get(id)?.payment
  const ofInvoice = payment ? book.invoicePayments.get(payment)?.payment_intent : undefined
  return book.intents.get(book.sessions.get(id)?.payment_intent ?? ofInvoice ?? id)
}

/** The charge behind a session, an invoice, a payment intent or its own id. */
export function chargeBehind(book: Book, id: string): ChargeRecord | undefined {
  return book.charges.get(intentBehind(book, id)?.latest_charge ?? id)
}

/** Refunds and disputes need money that arrived. */
export function requireSucceeded(charge: ChargeRecord): void {
  if (charge.status !== 'succeeded')
    throw new DoubleMisuse(`${charge.id} is ${charge.status}, not succeeded.`)
}
