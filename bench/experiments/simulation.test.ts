import { expect, test } from 'vitest'
import { binomialTable, createDraws } from './random.ts'
import { settings } from './setting.ts'
import { brokenBound, simulate } from './simulation.ts'

const RUNS = 120

test.each(
  settings
    .filter(({ name }) => /A, no effect$|A capped|rate 3%, no|rate 3% \+20%$|E \+40%/.test(name))
    .map((setting) => [setting.name, setting] as const),
)('%s keeps its bound under daily looks', (_, setting) => {
  expect(brokenBound(simulate(setting, RUNS, 7))).toBeNull()
})

test('the same seed gives the same result', () => {
  const setting = settings.find(({ name }) => name.startsWith('rate 2%'))
  if (setting === undefined) throw new Error('no such setting')
  expect(simulate(setting, 10, 3)).toEqual(simulate(setting, 10, 3))
})

test('bounds break', () => {
  const [setting] = settings
  if (setting === undefined) throw new Error('no setting')
  const result = { setting, runs: 2_000, decided: 0.051, better: 0, meanDays: 1 }
  expect(brokenBound(result)).toMatch(/5\.1% false winners, allowed 5\.0%/)
  expect(brokenBound({ ...result, decided: 0.05 })).toBeNull()
  const powered = { ...result, setting: { ...setting, bound: { power: 0.7 } }, better: 0.6 }
  expect(brokenBound(powered)).toMatch(/power 60\.0%, published 70\.0%/)
})

test('draws have the moments of their distributions', () => {
  const draws = createDraws(1)
  const many = 40_000
  const moments = (draw: () => number) => {
    const values = Array.from({ length: many }, draw)
    const mean = values.reduce((sum, x) => sum + x, 0) / many
    return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / many }
  }
  const normal = moments(draws.normal)
  expect(normal.mean).toBeCloseTo(0, 1)
  expect(normal.variance).toBeCloseTo(1, 1)
  const table = binomialTable(500, 0.03)
  const binomial = moments(() => table(draws))
  expect(Math.abs(binomial.mean - 15)).toBeLessThan(0.1)
  expect(Math.abs(binomial.variance - 14.55)).toBeLessThan(0.5)
})
