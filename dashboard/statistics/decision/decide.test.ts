import { describe, expect, test } from 'vitest'
import { decide, decision } from './decide.ts'
import {
  better,
  type Case,
  type Day,
  dayOf,
  decided,
  inputOf,
  rate,
  rowsOf,
  shop,
  worse,
} from './inputs-for-tests.ts'

describe('verdicts in plain words', () => {
  test.each<[string, Case, string, string]>([
    [
      'nobody yet',
      { days: 0, arms: [shop, shop] },
      'Too early to say – 0 of at least 100 buyers per version.',
      'Keep the test running',
    ],
    [
      'few buyers',
      { days: 3, arms: [shop, shop] },
      'Too early to say – 60 of at least 100 buyers per version.',
      'Keep the test running',
    ],
    [
      'few conversions',
      {
        days: 8,
        arms: [
          { visitors: 50, converters: 2 },
          { visitors: 50, converters: 3 },
        ],
        measure: 'rate',
      },
      'Too early to say – 16 of at least 25 conversions per version.',
      'Keep the test running',
    ],
    [
      'few who do not convert',
      {
        days: 8,
        arms: [
          { visitors: 50, converters: 50 },
          { visitors: 50, converters: 47 },
        ],
        measure: 'rate',
      },
      'Too early to say – 0 of at least 25 visitors per version who did not convert.',
      'Keep the test running',
    ],
    [
      'few days',
      { days: 6, arms: [shop, better] },
      'Too early to say – 6 of at least 7 whole days.',
      'Keep the test running',
    ],
    [
      'ahead',
      { days: 10, arms: [shop, { ...shop, converters: 21 }] },
      'B is ahead, but this could still be chance. Keep going, about 18 days left.',
      'Keep the test running',
    ],
    [
      'the control ahead',
      { days: 10, arms: [{ ...shop, converters: 21 }, shop] },
      'A is ahead, but this could still be chance. Keep going, about 18 days left.',
      'Keep the test running',
    ],
    [
      'nobody ahead',
      { days: 27, today: 27, arms: [shop, shop] },
      'No version is ahead so far. Keep going, about 1 day left.',
      'Keep the test running',
    ],
    [
      'a winner',
      { days: 14, arms: [shop, better] },
      'B earns more: between +0.3% and +124% per visitor. Safe to stop and use B.',
      'Stop and use B',
    ],
    [
      'a winner by rate',
      { days: 14, arms: [rate, { ...rate, converters: 66 }], measure: 'rate' },
      'B converts more visitors: between +3.7% and +68%. Safe to stop and use B.',
      'Stop and use B',
    ],
    ['a loser', { days: 14, arms: [shop, worse] }, 'B costs you money. Stop it.', 'Stop and keep A'],
    [
      'a loser by rate',
      { days: 14, arms: [rate, { ...rate, converters: 36 }], measure: 'rate' },
      'B converts fewer visitors. Stop it.',
      'Stop and keep A',
    ],
    ['one loser of two', { days: 14, arms: [shop, worse, shop] }, 'B costs you money. Stop it.', 'Stop B'],
    [
      'two losers',
      { days: 14, arms: [shop, worse, { ...worse, converters: 10 }] },
      'B and C cost you money. Stop them.',
      'Stop and keep A',
    ],
    [
      'two winners',
      { days: 20, arms: [shop, better, { ...better, converters: 34 }] },
      'C earns more: between +3.6% and +179% per visitor. B beats the control too. Safe to stop and use C.',
      'Stop and use C',
    ],
    [
      'no difference',
      { days: 28, arms: [shop, { ...shop, converters: 21 }] },
      'The test ended without a clear winner. Differences above ±22% are unlikely; choose what you like.',
      'Stop and choose a version',
    ],
    [
      'practically equal',
      {
        days: 28,
        arms: [
          { visitors: 20_000, converters: 800, each: 40, spread: 30 },
          { visitors: 20_000, converters: 801, each: 40, spread: 30 },
        ],
      },
      'The versions are practically equal: they differ by less than ±10%. Choose what you like.',
      'Stop and choose a version',
    ],
    [
      'a broken split',
      {
        days: 14,
        arms: [
          { ...shop, visitors: 520 },
          { ...better, visitors: 480 },
        ],
      },
      'Visitors were not split as planned (52/48 instead of 50/50). Find the cause before using these numbers.',
      'Find what broke the split',
    ],
    [
      'ended too early',
      {
        days: 28,
        arms: [
          { ...shop, converters: 2 },
          { ...shop, converters: 3 },
        ],
      },
      'The test ended too early to say – 56 of at least 100 buyers per version. Plan a longer one.',
      'Plan a longer test',
    ],
    [
      'an arm that only refunds',
      { days: 14, arms: [shop, { ...shop, refunds: 1_000 }] },
      'B costs you money. Stop it.',
      'Stop and keep A',
    ],
  ])('%s', (_, given, sentence, label) => {
    const answer = decided(given)
    expect(answer.sentence).toBe(sentence)
    expect(answer.next_action.label).toBe(label)
    expect(decision.safeParse(JSON.parse(JSON.stringify(answer))).error).toBeUndefined()
  })
})

describe('language and progress', () => {
  test('chances are whole percents from 1 to 99, hidden until the gates are passed', () => {
    const young = decided({ days: 6, arms: [shop, better] }).view
    expect(young.comparisons[0]).toMatchObject({
      chance_to_beat: null,
      expected_loss: null,
      likely_lift: null,
    })
    expect(young.arms[0]?.chance_to_be_best).toBeNull()
    const old = decided({ days: 27, arms: [shop, better, worse] }).view
    expect(old.comparisons.map(({ chance_to_beat }) => chance_to_beat)).toEqual([99, 1])
    expect(old.arms.map(({ chance_to_be_best }) => chance_to_be_best)).toEqual([1, 99, 1])
    expect(old.comparisons[0]?.likely_lift?.value).toBeLessThan(old.comparisons[0]?.lift?.value ?? 0)
  })

  test('the chart begins with the gates', () => {
    const { curve } = decided({ days: 10, arms: [shop, shop] })
    expect(curve.map(({ day }) => day)).toEqual([6, 7, 8, 9].map(dayOf))
  })

  test('progress to the planned end', () => {
    const { progress } = decided({ days: 10, arms: [shop, shop] })
    expect(progress).toMatchObject({
      visitors: 10_000,
      whole_days: 10,
      planned_days: 28,
      days_left: 18,
      too_slow: true,
    })
    expect(progress.smallest_lift_now).toBeGreaterThan(progress.smallest_lift_in_a_month ?? 1)
  })

  test('the day that runs is not a whole one', () => {
    expect(decided({ days: 7, today: 6, arms: [shop, shop] }).shortfall).toEqual({
      of: 'whole_days',
      have: 6,
      need: 7,
    })
  })

  test('warnings', () => {
    const exclusions = [
      { variant: 'a', several_variants: 200, bots: 20 },
      { variant: 'b', several_variants: 100, bots: 90 },
    ]
    const { warnings } = decided({
      days: 10,
      arms: [shop, { ...shop, converters: 31 }],
      change: { exclusions },
    })
    expect(warnings.map(({ sentence }) => sentence)).toEqual([
      'The last week is not whole: weekdays do not count alike yet.',
      '2.9% of visitors saw more than one version and are left out.',
      'Bots did not come to all versions alike: look for one that a script targets.',
      'B differs by +55%: usually a tracking bug.',
    ])
  })
})

describe('odd data', () => {
  const alone = (arms: readonly Day[]) => decided({ days: 28, arms })

  test.each([
    [
      'one visitor',
      [
        { visitors: 1, converters: 0 },
        { visitors: 0, converters: 0 },
      ],
    ],
    [
      'nobody buys',
      [
        { visitors: 500, converters: 0 },
        { visitors: 500, converters: 0 },
      ],
    ],
    [
      'everybody buys the same',
      [
        { visitors: 500, converters: 500, each: 10 },
        { visitors: 500, converters: 500, each: 10 },
      ],
    ],
    [
      'all money went back',
      [
        { ...shop, refunds: 900 },
        { ...shop, refunds: 900 },
      ],
    ],
    [
      'a billion visitors a day',
      [
        { visitors: 1e9, converters: 1e7, each: 40, spread: 1 },
        { visitors: 1e9, converters: 1e7, each: 40, spread: 1 },
      ],
    ],
  ])('%s gives an answer without gaps in it', (_, arms) => {
    expect(decision.safeParse(JSON.parse(JSON.stringify(alone(arms)))).error).toBeUndefined()
  })

  test('a row of a variant that is not there is a fault', () => {
    const input = inputOf({ days: 1, arms: [shop, shop] })
    const main = rowsOf('z', 1, shop)
    expect(() => decide({ ...input, sums: { main } })).toThrow(/no variant z/)
  })

  test.each([
    ['no end', { end_day: null }],
    ['an end before the start', { end_day: '2026-01-01' }],
    ['two variants of one id', { variants: [1, 2].map(() => ({ id: 'a', name: 'A', weight: 1 })) }],
    ['one variant', { variants: [{ id: 'a', name: 'A', weight: 1 }] }],
  ])('a plan with %s is refused', (_, plan) => {
    expect(() => inputOf({ days: 1, arms: [shop, shop], plan })).toThrow()
  })
})
