/** What an event says happened: ids only, the object itself is asked for again. */
export type Notice = {
  event_id: string
  type: string
  object_id: string
  /** Of the object, where the event said it; '' when not. */
  payment_intent: string
}

/** What is done about an event. */
export const topics = ['session', 'invoice', 'intent', 'charge', 'refund', 'dispute'] as const
export type NoticeTopic = (typeof topics)[number]

const topicOfType: Readonly<Record<string, NoticeTopic>> = {
  'checkout.session.completed': 'session',
  'checkout.session.async_payment_succeeded': 'session',
  'checkout.session.async_payment_failed': 'session',
  'checkout.session.expired': 'session',
  'invoice.paid': 'invoice',
  'payment_intent.succeeded': 'intent',
  'charge.updated': 'charge',
  'charge.refunded': 'charge',
  'refund.created': 'refund',
  'refund.updated': 'refund',
  'refund.failed': 'refund',
  'charge.dispute.created': 'dispute',
  'charge.dispute.updated': 'dispute',
  'charge.dispute.closed': 'dispute',
  'charge.dispute.funds_withdrawn': 'dispute',
  'charge.dispute.funds_reinstated': 'dispute',
}

/** The types of events that change money, at most 20 as `GET /v1/events` allows. */
export const eventTypes: readonly string[] = Object.keys(topicOfType)

/** What an event is about, or null when it changes no money. */
export function topicOf({ type }: Pick<Notice, 'type'>): NoticeTopic | null {
  return topicOfType[type] ?? null
}
