import type { EventRecord, Subject } from '../books/event-records.ts'
import { customerShape, setupIntentShape } from './customer-shapes.ts'
import { invoicePaymentShape, invoiceShape } from './invoice-shapes.ts'
import { disputeShape, linkShape, refundShape } from './object-shapes.ts'
import { chargeShape, intentShape } from './payment-shapes.ts'
import { sessionShape } from './session-shape.ts'
import { subscriptionShape } from './subscription-shape.ts'

export const apiVersion = '2026-10-28.endive'

/** An Event; `data.object` is the object as it was when the event was made. */
export function eventShape(record: EventRecord, baseUrl: string, pendingWebhooks: number) {
  return {
    id: record.id,
    object: 'event',
    api_version: apiVersion,
    created: record.created,
    data: { object: subjectShape(record.subject, baseUrl) },
    livemode: record.livemode,
    pending_webhooks: pendingWebhooks,
    request: { id: null, idempotency_key: null },
    type: record.type,
  } as const
}

function subjectShape(subject: Subject, baseUrl: string) {
  switch (subject.kind) {
    case 'session':
      return sessionShape(subject.record, baseUrl)
    case 'intent':
      return intentShape(subject.record)
    case 'charge':
      return chargeShape(subject.record, baseUrl)
    case 'refund':
      return refundShape(subject.record)
    case 'dispute':
      return disputeShape(subject.record)
    case 'link':
      return linkShape(subject.record)
    case 'customer':
      return customerShape(subject.record)
    case 'subscription':
      return subscriptionShape(subject.record)
    case 'invoice':
      return invoiceShape(subject.record, baseUrl)
    case 'invoice_payment':
      return invoicePaymentShape(subject.record)
    case 'setup_intent':
      return setupIntentShape(subject.record)
  }
}
