import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Shelf } from './shelf.ts'

type Row = { id: string; created: number; odd: boolean }

const scene = fc.record({
  times: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }),
  limit: fc.integer({ min: 1, max: 7 }),
  min: fc.integer({ min: -1, max: 12 }),
  max: fc.integer({ min: 8, max: 21 }),
  onlyOdd: fc.boolean(),
  lookup: fc.boolean(),
})

function fill(times: readonly number[]) {
  const shelf = new Shelf<Row>()
  const rows = times.map((created, index) => shelf.put({ id: `row_${index}`, created, odd: index % 2 === 1 }))
  return { shelf, newestFirst: rows.toSorted((a, b) => a.created - b.created).reverse() }
}

const ofOdd = { name: 'odd', read: (row: Row) => String(row.odd), value: 'true' }
const all = { limit: 100, min: 0, max: 9000, keep: () => true }

it('gives every row that is asked for once, newest first, whatever the page size', () => {
  fc.assert(
    fc.property(scene, ({ times, limit, min, max, onlyOdd, lookup: indexed }) => {
      const { shelf, newestFirst } = fill(times)
      const keep = (row: Row) => !onlyOdd || row.odd
      const lookup = indexed && onlyOdd ? ofOdd : undefined
      const wanted = newestFirst.filter((row) => keep(row) && row.created >= min && row.created <= max)
      const forward: Row[] = []
      for (let more = true; more; ) {
        const page = shelf.page({ limit, min, max, lookup, keep, startingAfter: forward.at(-1)?.id })
        forward.push(...page.rows)
        more = page.hasMore
      }
      expect(forward).toEqual(wanted)
      const backward: Row[] = wanted.slice(-1)
      for (let more = wanted.length > 0; more; ) {
        const page = shelf.page({ limit, min, max, lookup, keep, endingBefore: backward[0]?.id })
        backward.unshift(...page.rows)
        more = page.hasMore
      }
      expect(backward).toEqual(wanted)
    }),
  )
})

it('shows the latest version of a row in its old place', () => {
  const { shelf } = fill([1, 2, 3])
  shelf.put({ id: 'row_1', created: 2, odd: false })
  const page = shelf.page({ limit: 10, min: 0, max: 9, keep: () => true })
  expect(page.rows.map(({ id, odd }) => [id, odd])).toEqual([
    ['row_2', false],
    ['row_1', false],
    ['row_0', false],
  ])
})

it('finds rows by a field, as it is now, in their order', () => {
  const { shelf } = fill([5, 1, 3, 2])
  const odd = () => shelf.page({ ...all, lookup: ofOdd }).rows.map(({ id }) => id)
  expect(odd()).toEqual(['row_3', 'row_1'])
  shelf.put({ id: 'row_1', created: 1, odd: false })
  shelf.put({ id: 'row_2', created: 3, odd: true })
  shelf.put({ id: 'row_4', created: 4, odd: true })
  expect(odd()).toEqual(['row_4', 'row_2', 'row_3'])
})

it('keeps its order when thousands of rows come before others, and forgets what is too old', () => {
  const times = Array.from({ length: 6000 }, (_, index) => (index * 7919) % 6000)
  const { shelf, newestFirst } = fill(times)
  expect(shelf.page({ ...all, limit: 6000 }).rows).toEqual(newestFirst)
  shelf.dropBefore(5998)
  expect(shelf.page(all).rows.map(({ created }) => created)).toEqual([5999, 5998])
  expect([shelf.size, shelf.get('row_0')]).toEqual([2, undefined])
})
