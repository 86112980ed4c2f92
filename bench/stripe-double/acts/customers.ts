import type { z } from 'zod'
import type { CustomerRecord } from '../books/billing-records.ts'
import type { Buyer, Metadata } from '../books/records.ts'
import {
  accountOf,
  type Book,
  bookOf,
  DoubleMisuse,
  emit,
  locate,
  seconds,
  type World,
} from '../books/world.ts'
import type { customerParams, metadataChanges } from '../params.ts'
import { buyerFor } from './buyers.ts'

/** A customer that the owner's back end makes ahead of a payment. */
export function createCustomer(world: World, params: z.output<typeof customerParams>): CustomerRecord {
  const book = bookOf(accountOf(world, params.account), params.livemode)
  const buyer = buyerFor(world.random, params, null)
  return addCustomer(world, book, { buyer, metadata: params.metadata, created: seconds(world, params.at) })
}

export function addCustomer(
  world: World,
  book: Book,
  draft: { buyer: Buyer; metadata: Metadata; created: number },
): CustomerRecord {
  const id = `cus_${world.random.token(14)}`
  const record = book.customers.put({ id, livemode: book.livemode, ...draft })
  const { created } = draft
  emit(world, book, { type: 'customer.created', subject: { kind: 'customer', record }, created })
  return record
}

export function updateCustomer(
  world: World,
  id: string,
  changes: z.output<typeof metadataChanges>,
): CustomerRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.customers.get(id))
  const record = book.customers.put({ ...row, metadata: merged(row.metadata, changes.metadata) })
  const created = seconds(world, changes.at)
  emit(world, book, { type: 'customer.updated', subject: { kind: 'customer', record }, created })
  return record
}

/** A customer of this account and mode. */
export function customerIn(book: Book, id: string): CustomerRecord {
  const customer = book.customers.get(id)
  if (!customer) throw new DoubleMisuse(`That account and mode hold no ${id}.`)
  return customer
}

/** Metadata as Stripe changes it: key by key, an empty value takes one away. */
export function merged(before: Metadata, changes: Metadata): Metadata {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ''))
}
