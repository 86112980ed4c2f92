import { z } from 'zod'
import { date, instant, integer, uint64 } from '../clickhouse/cell.ts'
import { visitAttributes } from '../event/visit-attributes.ts'
import { confidence } from './claim-state.ts'

/** A new payment, the first of a subscription, or a later one of it. */
export const paymentKind = z.enum(['one_off', 'first', 'renewal'])
export type PaymentKind = z.infer<typeof paymentKind>

/** A row of `payments`. Amounts are integer minor units; instants are milliseconds since 1970 UTC. */
export const paymentRow = visitAttributes.extend({
  site_id: z.number().int(),
  payment_id: z.string(),
  /** `stripe`, or as an owner names another one. */
  provider: z.string(),
  account_id: z.string(),
  livemode: z.boolean(),
  kind: paymentKind,
  charged_at: instant,
  day: date,
  amount: integer,
  currency: z.string(),
  presentment_amount: integer.nullable(),
  presentment_currency: z.string(),
  settled_amount: integer.nullable(),
  settled_currency: z.string(),
  fee: integer.nullable(),
  payment_intent_id: z.string(),
  subscription_id: z.string(),
  invoice_id: z.string(),
  payment_link_id: z.string(),
  client_reference_id: z.string(),
  visitor_id: uint64,
  session_id: uint64,
  visit_day: date,
  confidence,
  verified_at: instant,
  version: uint64,
})

export type PaymentRow = z.infer<typeof paymentRow>
