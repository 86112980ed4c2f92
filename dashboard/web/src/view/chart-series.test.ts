import { expect, test } from 'vitest'
import type { QueryResult } from '../../../contract/query.ts'
import { chartSeries } from './chart-series.ts'

const usd = (value: number) => ({ amount: value * 100, currency: 'usd', value })

function answer(compared: boolean): QueryResult {
  const before = { dimensions: ['2026-11-21'], metrics: [40, usd(20)], change: [null, null] }
  return {
    results: [
      { dimensions: ['2026-11-23'], metrics: [50, usd(49)], ...(compared ? { comparison: before } : {}) },
      { dimensions: ['2026-11-24'], metrics: [12, usd(0)] },
    ],
    meta: { unfinished: '2026-11-24' },
    query: {
      site_id: 'shop.example',
      metrics: ['visitors', 'revenue'],
      date_range: ['2026-11-23T00:00:00Z', '2026-11-24T23:59:59Z'],
      dimensions: ['time:day'],
      filters: [],
    },
  }
}

test('people are the line, money the bars, the last day is unfinished', () => {
  const series = chartSeries(answer(true), 'visitors', 'revenue')
  expect(series).toMatchObject({
    interval: 'day',
    axis: ['23 Nov', '24 Nov'],
    titles: ['Mon 23 Nov', 'Tue 24 Nov'],
    titlesBefore: ['Sat 21 Nov', null],
    line: [50, 12],
    before: [40, null],
    bars: [49, 0],
    unfinished: 1,
  })
  expect(series.readings[0]).toEqual([
    { name: 'Visitors', text: '50', before: '40', tone: 'people' },
    { name: 'Revenue', text: '$49.00', before: '$20.00', tone: 'money' },
  ])
})

test('without bars and without a comparison only the line is left', () => {
  const series = chartSeries(answer(false), 'visitors', 'none')
  expect(series).toMatchObject({ before: null, bars: null })
  expect(series.readings[1]).toEqual([{ name: 'Visitors', text: '12', before: null, tone: 'people' }])
})

test('a period before the first visit is no comparison', () => {
  const first = answer(true)
  for (const { comparison } of first.results) comparison?.metrics.splice(0, 2, 0, usd(0))
  const series = chartSeries(first, 'visitors', 'revenue')
  expect(series.before).toBeNull()
  expect(series.titlesBefore).toEqual([null, null])
  expect(series.readings[0]?.[0]?.before).toBeNull()
})

test('hours still to come are nothing, not zero', () => {
  const today: QueryResult = { ...answer(false), meta: { unfinished: '2026-11-23' } }
  const series = chartSeries(today, 'visitors', 'revenue')
  expect(series.line).toEqual([50, null])
  expect(series.readings[1]?.[0]?.text).toBe('—')
})
