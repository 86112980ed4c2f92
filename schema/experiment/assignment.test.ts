import { expect, test } from 'vitest'
import { assignVariant, type TestPhase } from './assignment.ts'

const variant = (id: string, weight: number) => ({ id, name: id, weight, url: null, changes: [] })

function phaseWith(
  weights: number[],
  differences: Partial<TestPhase> & { coverage?: number } = {},
): TestPhase {
  const { coverage = 1, ...rest } = differences
  const variants = weights.map((weight, index) => variant('abc'.charAt(index), weight))
  return { experiment_id: 7, phase: 1, serving: { kind: 'page', page: '/', coverage, variants }, ...rest }
}

// Visitor ids are the first bytes of a HMAC; an odd multiplier spreads these as evenly, and the same in every run.
const visitors = Array.from({ length: 40_000 }, (_, index) =>
  BigInt.asUintN(64, (BigInt(index) + 1n) * 0x9e37_79b9_7f4a_7c15n),
)

/** How many visitors see each variant; those outside the test under `none`. */
function split(test: TestPhase): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const visitor of visitors) {
    const id = assignVariant(test, visitor)?.id ?? 'none'
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}

/** Pearson's statistic of counts against shares. */
function distance(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count, index) => {
    const expected = total * (shares[index] ?? 0)
    return sum + (count - expected) ** 2 / expected
  }, 0)
}

// The 0.1 % points of chi squared.
const limits = [0, 10.8, 13.8, 16.3]

test.each<[string, TestPhase, Record<string, number>]>([
  ['half and half', phaseWith([0.5, 0.5]), { a: 0.5, b: 0.5 }],
  ['three arms', phaseWith([0.2, 0.3, 0.5]), { a: 0.2, b: 0.3, c: 0.5 }],
  ['a tenth of the traffic', phaseWith([0.5, 0.5], { coverage: 0.1 }), { a: 0.05, b: 0.05, none: 0.9 }],
])('%s is split as planned', (_, phase, shares) => {
  const counts = split(phase)
  expect(Object.keys(counts).sort()).toEqual(Object.keys(shares).sort())
  const names = Object.keys(shares)
  const found = distance(
    names.map((name) => counts[name] ?? 0),
    Object.values(shares),
  )
  expect(found).toBeLessThan(limits[names.length - 1] ?? 0)
})

test.each<[string, Partial<TestPhase>]>([
  ['tests', { experiment_id: 8 }],
  ['phases', { phase: 2 }],
])('%s split independently of each other', (_, other) => {
  const one = phaseWith([0.5, 0.5])
  const another = phaseWith([0.5, 0.5], other)
  const cells = [0, 0, 0, 0]
  for (const visitor of visitors) {
    const cell =
      (assignVariant(one, visitor)?.id === 'a' ? 0 : 2) +
      (assignVariant(another, visitor)?.id === 'a' ? 0 : 1)
    cells[cell] = (cells[cell] ?? 0) + 1
  }
  expect(distance(cells, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(limits[3] ?? 0)
})

test('more traffic moves no one who is in the test to another variant', () => {
  const few = phaseWith([0.5, 0.5], { coverage: 0.2 })
  const all = phaseWith([0.5, 0.5])
  for (const visitor of visitors) {
    const before = assignVariant(few, visitor)
    if (before) expect(assignVariant(all, visitor)?.id).toBe(before.id)
  }
})
