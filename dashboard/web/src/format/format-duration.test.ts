import { expect, test } from 'vitest'
import { formatAgo, formatDuration, formatUntil } from './format-duration.ts'

test.each([
  [0, '0s'],
  [9.4, '9s'],
  [59.6, '1m 0s'],
  [134, '2m 14s'],
  [3_900, '1h 5m'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

const now = Date.UTC(2026, 10, 24, 12)
const minute = 60_000

test.each([
  [0, 'just now', 'any moment'],
  [2 * minute, '2 min ago', 'in 2 min'],
  [61 * minute, '1 h ago', 'in 1 h'],
  [5 * 60 * minute, '5 h ago', 'in 5 h'],
  [25 * 60 * minute, '1 day ago', 'in 1 day'],
  [72 * 60 * minute, '3 days ago', 'in 3 days'],
])('%d ms away is %s or %s', (distance, ago, until) => {
  expect(formatAgo(now - distance, now)).toBe(ago)
  expect(formatUntil(now + distance, now)).toBe(until)
})
