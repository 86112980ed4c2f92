import { expect, test } from 'vitest'
import {
  formatAxisTime,
  formatDates,
  formatMoment,
  formatTime,
  intervalOf,
  localDate,
} from './format-date.ts'

test.each([
  [[], 'day'],
  [['2026-11-24'], 'day'],
  [['2026-11-24 00:00:00', '2026-11-24 01:00:00'], 'hour'],
  [['2026-11-24T00:00:00', '2026-11-24T01:00:00'], 'hour'],
  [['2026-11-23', '2026-11-24', '2026-11-25'], 'day'],
  [['2026-11-04', '2026-11-09', '2026-11-16'], 'week'],
  [['2026-01-20', '2026-02-01', '2026-03-01'], 'month'],
])('%j are of a %s', (labels, interval) => {
  expect(intervalOf(labels)).toBe(interval)
})

test.each([
  ['2026-11-09 13:00:00', 'hour', '13:00', 'Mon 9 Nov, 13:00'],
  ['2026-11-09', 'day', '9 Nov', 'Mon 9 Nov'],
  ['2026-11-09', 'week', '9 Nov', 'Week of 9 Nov'],
  ['2026-11-01', 'month', 'Nov', 'Nov 2026'],
  ['2027-01-01', 'month', 'Jan 2027', 'Jan 2027'],
] as const)('%s of a %s is %s on the axis and %s in full', (label, interval, axis, full) => {
  expect(formatAxisTime(label, interval)).toBe(axis)
  expect(formatTime(label, interval)).toBe(full)
})

test.each([
  ['2026-11-09', '2026-11-09', '9 Nov 2026'],
  ['2026-11-01', '2026-11-24', '1–24 Nov 2026'],
  ['2026-10-28', '2026-11-03', '28 Oct – 3 Nov 2026'],
  ['2025-12-30', '2026-01-02', '30 Dec 2025 – 2 Jan 2026'],
])('%s to %s is %s', (from, to, text) => {
  expect(formatDates(from, to)).toBe(text)
})

test('dates and moments are of the zone', () => {
  const moment = Date.UTC(2026, 10, 24, 23, 30)
  expect(localDate(moment, 'UTC')).toBe('2026-11-24')
  expect(localDate(moment, 'Asia/Tokyo')).toBe('2026-11-25')
  expect(formatMoment(moment, 'Asia/Tokyo')).toBe('25 Nov 2026, 08:30')
})
