import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localDayStart } from '../../../schema/site/local-day.ts'
import { weekStart } from './date-range.ts'
import { intervalAt, makeIntervals } from './intervals.ts'

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Pacific/Apia',
)

test('every instant of a day is in one of its hours, in order, each under a label of its own', () => {
  fc.assert(
    fc.property(
      zones,
      fc.integer({ min: 16_000, max: 21_500 }),
      fc.integer({ min: 0, max: 999 }),
      (zone, day, at) => {
        const hours = makeIntervals('hour', { from: day, to: day }, zone)
        const [start, end] = [localDayStart(day, zone), localDayStart(day + 1, zone)]
        const ms = Math.floor(start + (at / 1000) * (end - start))
        expect(hours.map(({ key }) => key)).toContain(intervalAt('hour', { ms, day }, zone))
        expect(new Set(hours.map(({ label }) => label)).size).toBe(hours.length)
        expect(hours.length).toBe(new Set(hours.map(({ key }) => key)).size)
      },
    ),
    { numRuns: 200 },
  )
})

test('weeks begin on Mondays', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000, max: 30_000 }), (day) => {
      const start = weekStart(day)
      expect(new Date(start * 86_400_000).getUTCDay()).toBe(1)
      expect(day - start).toBeGreaterThanOrEqual(0)
      expect(day - start).toBeLessThan(7)
    }),
  )
})
