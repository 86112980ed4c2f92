import type {
  CustomerRecord,
  InvoicePaymentRecord,
  InvoiceRecord,
  SetupIntentRecord,
  SubscriptionRecord,
} from './billing-records.ts'
import type {
  Base,
  ChargeRecord,
  DisputeRecord,
  IntentRecord,
  LinkRecord,
  RefundRecord,
  SessionRecord,
} from './records.ts'

/** What an event is about, as it was at that moment. */
export type Subject =
  | { kind: 'session'; record: SessionRecord }
  | { kind: 'intent'; record: IntentRecord }
  | { kind: 'charge'; record: ChargeRecord }
  | { kind: 'refund'; record: RefundRecord }
  | { kind: 'dispute'; record: DisputeRecord }
  | { kind: 'link'; record: LinkRecord }
  | { kind: 'customer'; record: CustomerRecord }
  | { kind: 'subscription'; record: SubscriptionRecord }
  | { kind: 'invoice'; record: InvoiceRecord }
  | { kind: 'invoice_payment'; record: InvoicePaymentRecord }
  | { kind: 'setup_intent'; record: SetupIntentRecord }

export type EventRecord = Base & { type: string; subject: Subject }
