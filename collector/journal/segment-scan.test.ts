import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeHeader, encodeRecord, headerBytes, recordMagic } from './segment-format.ts'
import { scanSegment } from './segment-scan.ts'

const name = { number: 3, epoch: 0x0123_4567_89ab_cdefn }

// Payloads full of record heads are the hardest to find a way through.
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.concat([recordMagic, bytes, recordMagic])),
  fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => encodeRecord({ kind: 'rows', sequence: 9, epoch: name.epoch + 1n }, bytes)),
)
const payloads = fc.array(payload, { minLength: 1, maxLength: 6 })

function segmentOf(contents: Uint8Array[]): Buffer {
  const records = contents.map((bytes, sequence) => encodeRecord({ kind: 'rows', sequence, ...name }, bytes))
  return Buffer.concat([encodeHeader(name, 0), ...records])
}

function payloadsOf(bytes: Buffer): Buffer[] {
  return scanSegment(bytes, name.epoch).records.map((record) => record.payload)
}

test('a segment cut at any byte gives the records before the cut', () => {
  fc.assert(
    fc.property(payloads, (contents) => {
      const whole = segmentOf(contents)
      for (let end = headerBytes; end <= whole.length; end++) {
        const kept = contents.filter((_, index) => segmentOf(contents.slice(0, index + 1)).length <= end)
        expect(payloadsOf(whole.subarray(0, end))).toEqual(kept.map((bytes) => Buffer.from(bytes)))
      }
    }),
    { numRuns: 30 },
  )
})

test('a flipped byte anywhere costs the record that it lies in and no other', () => {
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 255 }), (contents, flip) => {
      const whole = segmentOf(contents)
      for (let at = headerBytes; at < whole.length; at++) {
        const spoiled = Buffer.from(whole)
        spoiled[at] = (spoiled[at] ?? 0) ^ flip
        const hit = contents.findIndex((_, index) => segmentOf(contents.slice(0, index + 1)).length > at)
        const kept = contents.filter((_, index) => index !== hit)
        expect(payloadsOf(spoiled)).toEqual(kept.map((bytes) => Buffer.from(bytes)))
      }
    }),
    { numRuns: 30 },
  )
})

test('what an earlier, longer write left behind a record is not taken for records', () => {
  const old = segmentOf([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')])
  const torn = Buffer.from(old)
  encodeRecord({ kind: 'rows', sequence: 5, ...name }, Buffer.from('x')).copy(torn, headerBytes)
  expect(payloadsOf(torn)).toEqual([Buffer.from('x')])
})
