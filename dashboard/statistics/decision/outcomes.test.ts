import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { better, dayOf, decided, inputOf, shop, worse } from './inputs-for-tests.ts'

describe('the rule', () => {
  const early = { days: 14, arms: [shop, better] }

  test('an outcome stands: later data that turn do not take it back', () => {
    const first = decided(early)
    expect(first.outcomes).toMatchObject([{ variant: 'b', direction: 'better', basis: 'any_time' }])
    const turned = inputOf({ days: 28, arms: [shop, worse] })
    expect(decide({ ...turned, settled: first.outcomes }).sentence).toBe(first.sentence)
    expect(decide(turned).verdict.kind).toBe('losing')
  })

  test('it is found on the day of the crossing, whoever looked when', () => {
    const late = decided({ ...early, days: 20 })
    expect(late.outcomes).toEqual(decided(early).outcomes)
  })

  test('a broken split hides a winner, and a stored one too', () => {
    const arms = [
      { ...shop, visitors: 560 },
      { ...better, visitors: 440 },
    ]
    const { outcomes } = decided(early)
    const answer = decided({ days: 14, arms, change: { settled: outcomes } })
    expect(answer.verdict.kind).toBe('dont_trust')
    expect(decided({ days: 14, arms }).outcomes).toEqual([])
  })

  /** About 2.3 standard errors at the end: between the planned boundary and the any-time one. */
  const modest = [shop, { ...shop, converters: 23.4 }]

  test('the planned look is narrower than the band, and happens after the end only', () => {
    const before = decided({ days: 27, arms: modest })
    expect(before.verdict.kind).toBe('leaning')
    expect(before.view.interval).toBe('any_time')
    const after = decided({ days: 28, arms: modest })
    expect(after.outcomes).toMatchObject([{ basis: 'planned_end', day: dayOf(27) }])
    expect(after.view.interval).toBe('planned_end')
  })

  test('it is taken on the data up to the end, however late it is looked at', () => {
    const rows = inputOf({ days: 28, arms: modest }).sums['main'] ?? []
    const later =
      inputOf({ days: 40, arms: [shop, shop] }).sums['main']?.filter(({ day }) => day > dayOf(27)) ?? []
    const answer = decided({
      days: 28,
      today: 40,
      arms: modest,
      change: { sums: { main: [...rows, ...later] } },
    })
    expect(answer.outcomes).toMatchObject([{ basis: 'planned_end', day: dayOf(27) }])
    expect(answer.view.through_day).toBe(dayOf(27))
    expect(answer.later).toMatchObject({ through_day: dayOf(39), interval: 'any_time' })
    expect(answer.warnings.map(({ kind }) => kind)).toContain('end_passed')
  })

  test('there is no second planned look: after the end only the band goes on', () => {
    const rows = inputOf({ days: 28, arms: [shop, shop] }).sums['main'] ?? []
    const later =
      inputOf({ days: 56, arms: [shop, { ...shop, converters: 27 }] }).sums['main']?.filter(
        ({ day }) => day > dayOf(27),
      ) ?? []
    const answer = decided({ days: 56, arms: modest, change: { sums: { main: [...rows, ...later] } } })
    expect(answer.verdict.kind).toBe('no_clear_difference')
    expect(answer.outcomes).toEqual([])
  })

  test('a test that its owner stopped early has no planned look', () => {
    const answer = decided({ days: 20, today: 40, arms: modest, change: { stopped: dayOf(20) } })
    expect(answer.outcomes).toEqual([])
    expect(answer.verdict.kind).toBe('no_clear_difference')
    expect(answer.view.interval).toBe('any_time')
  })

  test.each([
    ['fixed', 27, 'leaning', 'not_yet'],
    ['fixed', 28, 'winner', 'planned_end'],
    ['sequential', 28, 'leaning', 'any_time'],
  ])('mode %s on day %d', (mode, days, kind, interval) => {
    const answer = decided({ days, arms: modest, plan: { mode } })
    expect(answer.verdict.kind).toBe(kind)
    expect(answer.view.interval).toBe(interval)
  })

  test('a fixed test says nothing before its end, however clear', () => {
    const answer = decided({ ...early, plan: { mode: 'fixed' } })
    expect(answer.verdict.kind).toBe('leaning')
    expect(answer.curve).toEqual([])
  })

  test('two challengers must be clearer than one', () => {
    expect(decided({ days: 28, arms: modest }).verdict.kind).toBe('winner')
    expect(decided({ days: 28, arms: [...modest, shop] }).verdict.kind).toBe('no_clear_difference')
  })

  test('the verdict stands on capped revenue and shows the true one', () => {
    const input = inputOf({ days: 28, arms: [shop, shop] })
    const main = (input.sums['main'] ?? []).map((row) =>
      row.variant === 'b' && row.day === dayOf(5)
        ? {
            ...row,
            revenue_uncapped: row.revenue_uncapped + 50_000,
            revenue_uncapped_squares: 50_000 ** 2,
            largest_order: 50_000,
            capped_visitors: 1,
          }
        : row,
    )
    const { view, warnings, verdict } = decide({ ...input, sums: { main } })
    expect(verdict.kind).toBe('no_clear_difference')
    expect(view.arms[1]).toMatchObject({ revenue: 72_400, revenue_capped: 22_400 })
    expect(view.comparisons[0]?.difference?.value).toBe(0)
    expect(view.comparisons[0]?.uncapped?.difference?.value).toBeCloseTo(50_000 / 14_000, 9)
    expect(warnings.map(({ sentence }) => sentence)).toContain('One order makes up 69% of B’s revenue.')
  })
})
