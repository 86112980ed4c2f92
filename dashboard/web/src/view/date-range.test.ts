import { expect, test } from 'vitest'
import type { DateRange } from '../../../contract/query.ts'
import { includesToday, rangeMenu, rangeName } from './date-range.ts'

const today = '2026-11-24'

test.each<[DateRange, string, boolean]>([
  ['day', 'Today', true],
  ['yesterday', 'Yesterday', false],
  ['30d', 'Last 30 days', true],
  ['last_month', 'Last month', false],
  [['2026-11-01', '2026-11-23'], '1–23 Nov 2026', false],
  [['2026-11-01', '2026-11-24'], '1–24 Nov 2026', true],
  [['2026-11-25', '2026-11-26'], '25–26 Nov 2026', false],
])('%j is %s', (range, name, grows) => {
  expect(rangeName(range)).toBe(name)
  expect(includesToday(range, today)).toBe(grows)
})

test('every range of the menu has a name', () => {
  for (const range of rangeMenu) expect(range === null ? '—' : rangeName(range)).toBeTruthy()
})
