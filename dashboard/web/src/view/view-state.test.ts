import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterDimensions, panels } from './panels.ts'
import {
  barMetrics,
  comparisons,
  defaultView,
  isFiltered,
  lineMetrics,
  readView,
  toggleFilter,
  type View,
  writeView,
} from './view-state.ts'

const dates = fc
  .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 28 }))
  .map(([one, other]): [string, string] => {
    const [first, last] = [one, other].sort((a, b) => a - b)
    return [day(first ?? 1), day(last ?? 1)]
  })

const filters = fc.array(
  fc.tuple(
    fc.constantFrom('is' as const, 'is_not' as const, 'contains' as const, 'contains_not' as const),
    fc.constantFrom(...filterDimensions),
    fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 4 }),
  ),
  { maxLength: 5 },
)

const views: fc.Arbitrary<View> = fc.record({
  range: fc.oneof(fc.constantFrom('day' as const, '7d' as const, '30d' as const, 'all' as const), dates),
  compare: fc.constantFrom(...comparisons),
  filters,
  line: fc.constantFrom(...lineMetrics),
  bars: fc.constantFrom(...barMetrics, 'none' as const),
  tabs: fc.tuple(...panels.map(({ tabs }) => fc.constantFrom(...tabs))).map((chosen) =>
    Object.fromEntries(
      chosen.flatMap(({ dimension }, at) => {
        const panel = panels[at]
        return panel === undefined || panel.tabs[0]?.dimension === dimension ? [] : [[panel.key, dimension]]
      }),
    ),
  ),
  details: fc.constantFrom(null, 'visit:source' as const, 'event:page' as const),
})

test('a view reads back from its address', () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(readView(writeView(view))).toEqual(view)
    }),
  )
})

test('any address is some view', () => {
  fc.assert(
    fc.property(fc.string(), (search) => {
      const view = readView(`?${search}`)
      expect(readView(writeView(view))).toEqual(view)
    }),
  )
})

test('the default view has a bare address, another one a readable one', () => {
  expect(writeView(defaultView)).toBe('')
  expect(
    writeView({
      ...defaultView,
      range: ['2026-11-01', '2026-11-09'],
      filters: [['is', 'event:page', ['/a,b', '/c d&e+f']]],
      tabs: { pages: 'visit:entry_page' },
    }),
  ).toBe('?range=2026-11-01,2026-11-09&f=is,event:page,/a%5C,b,/c%20d%26e%2Bf&pages=visit:entry_page')
})

test.each([
  ['?range=soon&compare=never&line=none&bars=visitors&all=everything', defaultView],
  ['?range=2026-13-01,2026-01-01', defaultView],
  ['?f=is,visit:secret,x&f=is&f=like,visit:source,x', defaultView],
  ['?range=2026-02-02,2026-01-01', { ...defaultView, range: ['2026-01-01', '2026-02-02'] }],
])('%s is read as far as it makes sense', (search, view) => {
  expect(readView(search)).toEqual(view)
})

test('a click narrows, a second click widens again', () => {
  const google = toggleFilter([['is_not', 'visit:source', ['X']]], 'visit:source', 'Google')
  expect(google).toEqual([
    ['is_not', 'visit:source', ['X']],
    ['is', 'visit:source', ['Google']],
  ])
  expect(isFiltered(google, 'visit:source', 'Google')).toBe(true)
  expect(toggleFilter(google, 'visit:source', 'Newsletter')[1]).toEqual([
    'is',
    'visit:source',
    ['Newsletter'],
  ])
  expect(toggleFilter(google, 'visit:source', 'Google')).toEqual([['is_not', 'visit:source', ['X']]])
})

function day(number: number): string {
  return `2026-11-${String(number).padStart(2, '0')}`
}
