import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { decodeRows, encodeRows } from './row-codec.ts'
import { anyRows, exampleClaim, exampleEvent } from './rows-for-tests.ts'

test('any requests come back as they were', () => {
  fc.assert(
    fc.property(fc.array(anyRows, { maxLength: 5 }), (requests) => {
      const writer = new ByteWriter(1)
      for (const rows of requests) encodeRows(writer, rows)
      expect(decodeRows(writer.written())).toEqual(requests)
    }),
  )
})

test('a payload cut anywhere inside a request is refused', () => {
  const writer = new ByteWriter()
  encodeRows(writer, { events: [exampleEvent({ props: { plan: 'pro' } })], claims: [exampleClaim()] })
  const whole = Buffer.from(writer.written())
  for (let end = 1; end < whole.length; end++) {
    expect(() => decodeRows(whole.subarray(0, end))).toThrow(RangeError)
  }
})

test('a lone surrogate becomes the replacement character', () => {
  const writer = new ByteWriter()
  encodeRows(writer, { events: [exampleEvent({ pathname: '/\ud800/x' })], claims: [] })
  expect(decodeRows(writer.written())[0]?.events[0]?.pathname).toBe('/�/x')
})

test('an upper-case UUID comes back in lower case', () => {
  const writer = new ByteWriter()
  const event_id = '0F0E0D0C-0B0A-4000-8000-ABCDEFABCDEF'
  encodeRows(writer, { events: [exampleEvent({ event_id })], claims: [] })
  expect(decodeRows(writer.written())[0]?.events[0]?.event_id).toBe(event_id.toLowerCase())
})

describe('a row that does not fit its table is refused and leaves nothing', () => {
  test.each([
    ['an id that is no UUID', { event_id: 'not-a-uuid' }],
    ['a UUID with a foreign digit', { event_id: '0f0e0d0c-0b0a-4000-8000-abcdefabcdeg' }],
    ['a UUID with a misplaced dash', { event_id: '0f0e0d0c0-b0a-4000-8000-abcdefabcdef' }],
    ['a negative count', { event_no: -1 }],
    ['a fraction', { engagement_ms: 0.5 }],
    ['a count past 32 bits', { engagement_ms: 2 ** 32 }],
    ['no number', { scroll_depth: Number.NaN }],
    ['an amount past 2^53', { revenue_amount: 2 ** 53 }],
    ['an id past 64 bits', { visitor_id: 1n << 64n }],
    ['a negative id', { session_id: -1n }],
  ])('%s', (_, differences) => {
    const writer = new ByteWriter()
    encodeRows(writer, { events: [exampleEvent()], claims: [] })
    const before = writer.length
    expect(() =>
      encodeRows(writer, { events: [exampleEvent(), exampleEvent(differences)], claims: [] }),
    ).toThrow(RangeError)
    expect(writer.length).toBe(before)
  })
})

test('integers and texts of every size survive', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.maxSafeInteger(),
      fc.string({ unit: 'binary', maxLength: 400 }),
      (count, amount, text) => {
        const writer = new ByteWriter(1)
        writer.varint(count)
        writer.int64(amount)
        writer.text(text)
        const reader = new ByteReader(writer.written())
        expect([reader.varint(), reader.int64(), reader.text(), reader.ended]).toEqual([
          count,
          amount,
          text,
          true,
        ])
      },
    ),
  )
})
