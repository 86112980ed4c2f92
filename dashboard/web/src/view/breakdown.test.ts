import { expect, test } from 'vitest'
import type { QueryResult } from '../../../contract/query.ts'
import { breakdownRows, panelMetrics } from './breakdown.ts'

const usd = (value: number) => ({ amount: value * 100, currency: 'usd', value })

function answer(rows: [string, number, number][]): QueryResult {
  return {
    results: rows.map(([value, visitors, revenue]) => ({
      dimensions: [value],
      metrics: [visitors, usd(revenue), visitors === 0 ? null : 1],
    })),
    meta: {},
    query: {
      site_id: 'shop.example',
      metrics: [...panelMetrics],
      date_range: ['2026-11-23T00:00:00Z', '2026-11-24T23:59:59Z'],
      dimensions: ['visit:country'],
      filters: [],
    },
  }
}

test('bars are relative to the largest, each on its own scale', () => {
  const rows = breakdownRows(
    answer([
      ['US', 200, 50],
      ['DE', 50, 100],
    ]),
    { dimension: 'visit:country', limit: 8, lost: null },
  )
  expect(rows.map(({ label, people, money }) => [label, people, money])).toEqual([
    ['United States', 1, 0.5],
    ['Germany', 0.25, 1],
  ])
})

test('the unattributed row is shown even when others have more visitors', () => {
  const rows = breakdownRows(
    answer([
      ['US', 200, 50],
      ['DE', 50, 100],
      ['FR', 20, 0],
      ['(unattributed)', 0, 30],
    ]),
    { dimension: 'visit:country', limit: 3, lost: null },
  )
  expect(rows.map(({ label }) => label)).toEqual(['United States', 'Germany', 'Unattributed'])
})

test('without revenue there are no green lines', () => {
  expect(
    breakdownRows(answer([['US', 3, 0]]), { dimension: 'visit:country', limit: 8, lost: null })[0],
  ).toMatchObject({ people: 1, money: 0 })
})

test('an unattributed row beyond the answer is pinned from its own answer, unless it is empty', () => {
  const asked = { dimension: 'visit:country', limit: 2 } as const
  const many = answer([
    ['US', 9, 0],
    ['DE', 8, 0],
  ])
  const labels = (lost: QueryResult) => breakdownRows(many, { ...asked, lost }).map(({ label }) => label)
  expect(labels(answer([['(unattributed)', 0, 30]]))).toEqual(['United States', 'Unattributed'])
  expect(labels(answer([['(unattributed)', 0, 0]]))).toEqual(['United States', 'Germany'])
})
