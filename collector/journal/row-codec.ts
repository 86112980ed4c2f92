import type { VisitAttributes } from '../../schema/event/visit-attributes.ts'
import type { AcceptedRows, ClaimRow, EventRow } from '../accepted-rows.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { formatUuid, parseUuid } from './uuid-bytes.ts'

const uuid = Buffer.alloc(16)
const sameVisit = 0
const sameVisitor = 1

/**
 * Appends one request's rows to a record. The layout is part of the journal's format version.
 *
 * @throws RangeError when a row does not fit its table (an id that is no UUID, a number outside its column); the
 * writer is left as it was
 */
export function encodeRows(writer: ByteWriter, rows: AcceptedRows): void {
  const start = writer.length
  try {
    writer.varint(rows.events.length)
    writer.varint(rows.claims.length)
    for (const event of rows.events) encodeEvent(writer, event)
    for (const claim of rows.claims) encodeClaim(writer, claim)
  } catch (error) {
    writer.length = start
    throw error
  }
}

/** The requests of a record's payload, in the order of their appending. Throws RangeError when the payload is cut. */
export function decodeRows(payload: Uint8Array): AcceptedRows[] {
  const reader = new ByteReader(payload)
  const requests: AcceptedRows[] = []
  while (!reader.ended) {
    const events = reader.varint()
    const claims = reader.varint()
    requests.push({
      events: Array.from({ length: events }, () => decodeEvent(reader)),
      claims: Array.from({ length: claims }, () => decodeClaim(reader)),
    })
  }
  return requests
}

function encodeEvent(writer: ByteWriter, row: EventRow): void {
  writer.uint32(fitting(row.site_id, 0xffff_ffff, 'site_id'))
  writer.uint16(fitting(row.day, 0xffff, 'day'))
  writer.uint64(fittingId(row.visitor_id, 'visitor_id'))
  writer.uint64(fittingId(row.session_id, 'session_id'))
  writer.int64(fitting(row.received_at, Number.MAX_SAFE_INTEGER, 'received_at'))
  encodeUuid(writer, row.event_id, 'event_id')
  writer.uint32(fitting(row.event_no, 0xffff_ffff, 'event_no'))
  writer.uint32(fitting(row.pageview_no, 0xffff_ffff, 'pageview_no'))
  writer.uint32(fitting(row.interaction_no, 0xffff_ffff, 'interaction_no'))
  writer.int64(safe(row.revenue_amount, 'revenue_amount'))
  writer.uint32(fitting(row.engagement_ms, 0xffff_ffff, 'engagement_ms'))
  writer.uint8(fitting(row.scroll_depth, 0xff, 'scroll_depth'))
  writer.text(row.name)
  writer.text(row.pathname)
  writer.text(row.revenue_currency)
  encodeAttributes(writer, row)
  const names = Object.keys(row.props)
  writer.varint(names.length)
  for (const name of names) {
    writer.text(name)
    writer.text(row.props[name] ?? '')
  }
}

function decodeEvent(reader: ByteReader): EventRow {
  return {
    site_id: reader.uint32(),
    day: reader.uint16(),
    visitor_id: reader.uint64(),
    session_id: reader.uint64(),
    received_at: reader.int64(),
    event_id: formatUuid(reader.raw(16)),
    event_no: reader.uint32(),
    pageview_no: reader.uint32(),
    interaction_no: reader.uint32(),
    revenue_amount: reader.int64(),
    engagement_ms: reader.uint32(),
    scroll_depth: reader.uint8(),
    name: reader.text(),
    pathname: reader.text(),
    revenue_currency: reader.text(),
    ...decodeAttributes(reader),
    props: Object.fromEntries(Array.from({ length: reader.varint() }, () => [reader.text(), reader.text()])),
  }
}

function encodeClaim(writer: ByteWriter, row: ClaimRow): void {
  writer.uint32(fitting(row.site_id, 0xffff_ffff, 'site_id'))
  writer.int64(fitting(row.claimed_at, Number.MAX_SAFE_INTEGER, 'claimed_at'))
  encodeUuid(writer, row.claim_id, 'claim_id')
  writer.uint16(fitting(row.day, 0xffff, 'day'))
  writer.uint64(fittingId(row.visitor_id, 'visitor_id'))
  writer.uint64(fittingId(row.session_id, 'session_id'))
  writer.uint8(row.confidence === 'same_visit' ? sameVisit : sameVisitor)
  writer.text(row.stripe_session_id)
  encodeAttributes(writer, row)
}

function decodeClaim(reader: ByteReader): ClaimRow {
  return {
    site_id: reader.uint32(),
    claimed_at: reader.int64(),
    claim_id: formatUuid(reader.raw(16)),
    day: reader.uint16(),
    visitor_id: reader.uint64(),
    session_id: reader.uint64(),
    confidence: reader.uint8() === sameVisit ? 'same_visit' : 'same_visitor',
    stripe_session_id: reader.text(),
    ...decodeAttributes(reader),
  }
}

function encodeAttributes(writer: ByteWriter, visit: VisitAttributes): void {
  writer.text(visit.hostname)
  writer.text(visit.entry_page)
  writer.text(visit.referrer)
  writer.text(visit.source)
  writer.text(visit.channel)
  writer.text(visit.utm_source)
  writer.text(visit.utm_medium)
  writer.text(visit.utm_campaign)
  writer.text(visit.utm_content)
  writer.text(visit.utm_term)
  writer.text(visit.country)
  writer.text(visit.region)
  writer.text(visit.city)
  writer.text(visit.browser)
  writer.text(visit.browser_version)
  writer.text(visit.os)
  writer.text(visit.os_version)
  writer.text(visit.device)
}

function decodeAttributes(reader: ByteReader): VisitAttributes {
  return {
    hostname: reader.text(),
    entry_page: reader.text(),
    referrer: reader.text(),
    source: reader.text(),
    channel: reader.text(),
    utm_source: reader.text(),
    utm_medium: reader.text(),
    utm_campaign: reader.text(),
    utm_content: reader.text(),
    utm_term: reader.text(),
    country: reader.text(),
    region: reader.text(),
    city: reader.text(),
    browser: reader.text(),
    browser_version: reader.text(),
    os: reader.text(),
    os_version: reader.text(),
    device: reader.text(),
  }
}

function encodeUuid(writer: ByteWriter, text: string, column: string): void {
  if (!parseUuid(text, uuid)) throw new RangeError(`A row's ${column} is no UUID.`)
  writer.raw(uuid)
}

// What does not fit is refused here, at the journal's door: past it, a bad row would stop its whole batch.
function fitting(value: number, limit: number, column: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= limit) return value
  throw new RangeError(`A row's ${column} does not fit its column: ${value}.`)
}

function safe(value: number, column: string): number {
  if (Number.isSafeInteger(value)) return value
  throw new RangeError(`A row's ${column} does not fit its column: ${value}.`)
}

function fittingId(value: bigint, column: string): bigint {
  if (value >= 0n && value <= 0xffff_ffff_ffff_ffffn) return value
  throw new RangeError(`A row's ${column} does not fit its column: ${value}.`)
}
