import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { noVisitAttributes, visitAttributes } from '../../schema/event/visit-attributes.ts'
import type { AcceptedRows, ClaimRow, EventRow } from '../accepted-rows.ts'

/** The start of the visits of `exampleEvent` (ms since 1970). */
export const exampleTime = Date.parse('2026-11-24T10:00:00.123Z')

/** An event as a page view brings it. */
export function exampleEvent(differences: Partial<EventRow> = {}): EventRow {
  return {
    ...noVisitAttributes,
    site_id: 1,
    day: 20_781,
    name: 'pageview',
    visitor_id: 7n,
    session_id: BigInt(exampleTime) << 20n,
    received_at: exampleTime,
    event_id: randomUUID(),
    event_no: 1,
    pageview_no: 1,
    interaction_no: 1,
    pathname: '/',
    entry_page: '/',
    source: 'Google',
    props: {},
    revenue_amount: 0,
    revenue_currency: '',
    engagement_ms: 0,
    scroll_depth: 0,
    ...differences,
  }
}

/** A claim as a thank-you page brings it. */
export function exampleClaim(differences: Partial<ClaimRow> = {}): ClaimRow {
  return {
    ...noVisitAttributes,
    site_id: 1,
    stripe_session_id: `cs_test_${randomUUID().replaceAll('-', '')}`,
    claimed_at: exampleTime,
    claim_id: randomUUID(),
    day: 20_781,
    visitor_id: 7n,
    session_id: BigInt(exampleTime) << 20n,
    confidence: 'same_visit',
    ...differences,
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom('', '\0', '\u{1F600}', '￿', "'); DROP TABLE events; --", '\ufffe\u00ff'),
)
const id = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
const count = fc.integer({ min: 0, max: 0xffff_ffff })
const attributes = fc.record({
  ...Object.fromEntries(Object.keys(visitAttributes.shape).map((name) => [name, text])),
})
const visit = attributes.map((values) => visitAttributes.parse(values))
const day = fc.integer({ min: 0, max: 0xffff })
const time = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') })

/** Any event that its table can hold. */
export const anyEvent: fc.Arbitrary<EventRow> = fc
  .tuple(
    visit,
    fc.record({
      site_id: count,
      day,
      name: text,
      visitor_id: id,
      session_id: id,
      received_at: time,
      event_id: fc.uuid(),
      event_no: count,
      pageview_no: count,
      interaction_no: count,
      pathname: text,
      props: fc.dictionary(fc.oneof(text, fc.constant('__proto__')), text, {
        maxKeys: 5,
        noNullPrototype: true,
      }),
      revenue_amount: fc.maxSafeInteger(),
      revenue_currency: text,
      engagement_ms: count,
      scroll_depth: fc.integer({ min: 0, max: 255 }),
    }),
  )
  .map(([attributes, own]) => ({ ...attributes, ...own }))

/** Any claim that its table can hold. */
export const anyClaim: fc.Arbitrary<ClaimRow> = fc
  .tuple(
    visit,
    fc.record({
      site_id: count,
      stripe_session_id: text,
      claimed_at: time,
      claim_id: fc.uuid(),
      day,
      visitor_id: id,
      session_id: id,
      confidence: fc.constantFrom('same_visit' as const, 'same_visitor' as const),
    }),
  )
  .map(([attributes, own]) => ({ ...attributes, ...own }))

/** What one request may bring. */
export const anyRows: fc.Arbitrary<AcceptedRows> = fc.record({
  events: fc.array(anyEvent, { maxLength: 4 }),
  claims: fc.array(anyClaim, { maxLength: 2 }),
})
