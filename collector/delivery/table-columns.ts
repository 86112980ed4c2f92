import { type VisitAttributes, visitAttributes } from '../../schema/event/visit-attributes.ts'
import type { ClaimRow, EventRow } from '../accepted-rows.ts'
import {
  type Column,
  date,
  instant,
  int64,
  lowCardinality,
  stringMap,
  text,
  uint8,
  uint32,
  uint64,
  uuid,
} from './native-column.ts'

/** The batch whose rows are being encoded: a block is used again for the next. */
export type CurrentBatch = { id: bigint }

/** The columns of `events` that the collector fills: all but those with a default. A test compares them with the table. */
export function eventColumns(batch: CurrentBatch): Column<EventRow>[] {
  return [
    uint32('site_id', (row) => row.site_id),
    date('day', (row) => row.day),
    lowCardinality('name', (row) => row.name),
    uint64('visitor_id', (row) => row.visitor_id),
    uint64('session_id', (row) => row.session_id),
    instant('received_at', (row) => row.received_at),
    uuid('event_id', (row) => row.event_id),
    uint64('batch_id', () => batch.id),
    uint32('event_no', (row) => row.event_no),
    uint32('pageview_no', (row) => row.pageview_no),
    uint32('interaction_no', (row) => row.interaction_no),
    text('pathname', (row) => row.pathname),
    ...attributeColumns<EventRow>(),
    stringMap('props', (row) => row.props),
    int64('revenue_amount', (row) => row.revenue_amount),
    lowCardinality('revenue_currency', (row) => row.revenue_currency),
    uint32('engagement_ms', (row) => row.engagement_ms),
    uint8('scroll_depth', (row) => row.scroll_depth),
  ]
}

/** The columns of `payment_claims` that the collector fills. */
export function claimColumns(batch: CurrentBatch): Column<ClaimRow>[] {
  return [
    uint32('site_id', (row) => row.site_id),
    text('stripe_session_id', (row) => row.stripe_session_id),
    instant('claimed_at', (row) => row.claimed_at),
    uuid('claim_id', (row) => row.claim_id),
    uint64('batch_id', () => batch.id),
    date('day', (row) => row.day),
    uint64('visitor_id', (row) => row.visitor_id),
    uint64('session_id', (row) => row.session_id),
    lowCardinality('confidence', (row) => row.confidence),
    ...attributeColumns<ClaimRow>(),
  ]
}

const plainText = new Set<keyof VisitAttributes>(['entry_page', 'referrer'])

function attributeColumns<Row extends VisitAttributes>(): Column<Row>[] {
  return visitAttributes.keyof().options.map((name) => {
    const read = (row: Row) => row[name]
    return plainText.has(name) ? text(name, read) : lowCardinality(name, read)
  })
}
