import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packDays, roomFor } from './rollup-batches.ts'

const day = fc.record({
  site_id: fc.integer({ min: 1, max: 9 }),
  day: fc.integer({ min: 20_000, max: 20_100 }),
  source: fc.bigInt({ min: 0n, max: 3_000n }),
})

test('every day is in one batch, in order, and none holds more than fits but a day that is too large alone', () => {
  const room = { weight: 1_000, days: 5 }
  fc.assert(
    fc.property(fc.array(day), (days) => {
      const batches = packDays(days, room, ({ source }) => Number(source))
      expect(batches.flatMap((batch) => batch.days)).toEqual(days)
      for (const batch of batches) {
        const weight = batch.days.reduce((sum, { source }) => sum + Number(source), 0)
        expect(batch.days.length).toBeLessThanOrEqual(room.days)
        expect(weight / batch.slices).toBeLessThanOrEqual(room.weight)
        if (batch.slices > 1) expect(batch.days).toHaveLength(1)
      }
    }),
  )
})

test.each([
  [0, 1_000_000],
  [256 * 2 ** 20, 268_435],
  [4 * 2 ** 30, 1_000_000],
])('with %i bytes a statement holds %i events', (bytes, weight) => {
  expect(roomFor(bytes).weight).toBe(weight)
})
