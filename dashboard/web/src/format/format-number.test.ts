import { expect, test } from 'vitest'
import {
  formatAxisCount,
  formatColumnPercent,
  formatCount,
  formatPercent,
  formatShortCount,
  formatShortPercent,
  share,
} from './format-number.ts'

test.each([
  [0, '0'],
  [18_402, '18,402'],
  [12_345_678, '12,345,678'],
])('count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test.each([
  [9_999_999, '9,999,999'],
  [12_345_678, '12.3M'],
])('short count %d is %s', (count, text) => {
  expect(formatShortCount(count)).toBe(text)
})

test.each([
  [0.5, '0.5'],
  [950, '950'],
  [1_250, '1.3K'],
  [2_000_000, '2M'],
])('axis count %d is %s', (count, text) => {
  expect(formatAxisCount(count)).toBe(text)
})

test.each([
  [0, '0%', '0%', '0.0%'],
  [0.004, '<0.01%', '<0.1%', '<0.1%'],
  [1.553, '1.55%', '1.6%', '1.6%'],
  [9.97, '9.97%', '10%', '10.0%'],
  [41, '41%', '41%', '41.0%'],
  [41.26, '41.3%', '41%', '41.3%'],
  [100, '100%', '100%', '100.0%'],
])('%d percent is %s, in a narrow column %s, in a wide one %s', (percent, text, short, column) => {
  expect(formatPercent(percent)).toBe(text)
  expect(formatShortPercent(percent)).toBe(short)
  expect(formatColumnPercent(percent)).toBe(column)
})

test('a share of nothing is unknown', () => {
  expect(share(1, 4)).toBe(25)
  expect(share(0, 0)).toBeNull()
})
