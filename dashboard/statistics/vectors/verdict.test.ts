import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checks } from './checks.ts'
import { vector } from './vector.ts'
import { differences, firstAnswer, judge, lineOf, summary } from './verdict.ts'

const published = z
  .array(vector)
  .parse(JSON.parse(readFileSync(new URL('../statistics-vectors.json', import.meta.url), 'utf8')))

/** Not a method of the product; the reasons are what the command prints. */
const unused = [
  'confseq-normal-mixture-one-sided',
  'spotify-gst-adjusted-alpha',
  'bayesian-testing-delta-lognormal-revenue',
  'gb-cuped-theta',
  'gb-cuped-sequential',
  'tea-ratio-cov',
  'pwr-t-power',
  'ssrm-sequential',
  'gb-bh',
  'tea-bh',
]
/** Recomputed by Monte Carlo; and without the far tail, which adds a few millionths. */
const loose = ['bayesian-testing-3-arms', 'gb-midexperiment-scaling']

test.each(published.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
  const verdict = judge(entry, checks)
  expect(lineOf(verdict) ?? 'passed').toMatch(unused.includes(id) ? /^unknown / : /^passed$/)
})

test.each(
  published
    .filter(({ id }) => ![...unused, ...loose].includes(id))
    .map((entry) => [entry.id, entry] as const),
)('%s agrees with scipy to 1e-9', (_, entry) => {
  const answers = firstAnswer(entry, checks)
  if (answers === undefined || 'unknown' in answers) throw new Error('not answered')
  const tolerance = { abs: 1e-11, rel: 1e-9 }
  const wrong = Object.entries(entry.recomputed).flatMap(([name, figure]) => {
    const answer = answers[name]
    return answer === undefined ? [] : differences(name, { answer, figure, tolerance })
  })
  expect(wrong).toEqual([])
})

const example = {
  id: 'mine',
  category: 'srm',
  inputs: { observed: [502, 498], weights: [50, 50] },
  expected: { p: 0.8993431885613663 },
  tolerance: { abs: 1e-12 },
}

test.each([
  ['the right figure', {}, undefined],
  ['a wrong figure', { expected: { p: 0.9 } }, /^FAILED mine: p is 0\.899/],
  ['a wrong figure beside one that is not computed', { expected: { p: 0.9, q: 1 } }, /^FAILED mine: p is/],
  ['a figure that is not computed', { expected: { q: 1 } }, /^unknown mine: not computed: q/],
  ['too few figures', { expected: { p: [0.9] } }, /^FAILED mine: p has 0 figures, expected 1/],
  ['a category of nobody', { category: 'magic' }, /^unknown mine: no function for category magic/],
  ['keys of nobody', { inputs: { seen: [1] } }, /^unknown mine: no function of srm takes the inputs seen/],
  [
    'inputs without a result',
    { inputs: { observed: [0, 0], weights: [1, 1] } },
    /^unknown mine: .*no result/,
  ],
  ['no tolerance', { tolerance: undefined }, /^unknown mine: not a vector: tolerance/],
])('%s', (_, change, line) => {
  const printed = lineOf(judge({ ...example, ...change }, checks))
  if (line === undefined) expect(printed).toBeUndefined()
  else expect(printed).toMatch(line)
})

test('the last line counts', () => {
  const verdicts = [example, { ...example, expected: { p: 1 } }, 7, {}].map((entry) => judge(entry, checks))
  expect(summary(verdicts)).toBe('1 passed, 1 failed, 2 unknown')
})
