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
})

function fill(times: readonly number[]) {
  const shelf = new Shelf<Row>()
  const rows = times.map((created, index) => shelf.put({ id: `row_${index}`, created, odd: index % 2 === 1 }))
  return { shelf, newestFirst: rows.toSorted((a, b) => a.created - b.created).reverse() }
}

it('gives every row that is asked for once, newest first, whatever the page size', () => {
  fc.assert(
    fc.property(scene, ({ times, limit, min, max, onlyOdd }) => {
      const { shelf, newestFirst } = fill(times)
      const keep = (row: Row) => !onlyOdd || row.odd
      const wanted = newestFirst.filter((row) => keep(row) && row.created >= min && row.created <= max)
      const forward: Row[] = []
      for (let more = true; more; ) {
        const page = shelf.page({ limit, min, max, keep, startingAfter: forward.at(-1)?.id })
        forward.push(...page.rows)
        more = page.hasMore
      }
      expect(forward).toEqual(wanted)
      const backward: Row[] = wanted.slice(-1)
      for (let more = wanted.length > 0; more; ) {
        const page = shelf.page({ limit, min, max, keep, endingBefore: backward[0]?.id })
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
