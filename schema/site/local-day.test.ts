import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayNumber, dayText, isTimezone, localDay, localDayStart, zoneAt } from './local-day.ts'

test.each([
  ['2026-11-24T23:30:00Z', 'UTC', '2026-11-24'],
  ['2026-11-24T23:30:00Z', 'Europe/Berlin', '2026-11-25'],
  ['2026-11-24T04:59:59Z', 'America/New_York', '2026-11-23'],
  ['2026-11-24T10:30:00Z', 'Pacific/Kiritimati', '2026-11-25'],
  ['2026-11-24T11:30:00Z', 'Etc/GMT+12', '2026-11-23'],
])('%s in %s is %s', (instant, timezone, day) => {
  expect(dayText(localDay(Date.parse(instant), timezone))).toBe(day)
})

test.each([
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00.000Z'],
])('%s in %s begins at %s', (day, timezone, instant) => {
  expect(new Date(localDayStart(dayNumber(day), timezone)).toISOString()).toBe(instant)
})

test('a day begins on itself and the instant before is the day before', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Tehran',
  )
  fc.assert(
    fc.property(zones, fc.integer({ min: 16_000, max: 22_000 }), (zone, day) => {
      const start = localDayStart(day, zone)
      expect(localDay(start, zone)).toBe(day)
      expect(localDay(start - 1, zone)).toBe(day - 1)
    }),
    { numRuns: 300 },
  )
})

test('a zone that changes does so at its instant', () => {
  const site = { timezone: 'UTC', timezone_next: 'Asia/Tokyo', timezone_next_at: 1_000 }
  expect([zoneAt(site, 999), zoneAt(site, 1_000)]).toEqual(['UTC', 'Asia/Tokyo'])
  expect([isTimezone('Etc/UTC'), isTimezone('Mars/Base')]).toEqual([true, false])
})
