import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { better, type Day, inputOf, rate, rowsOf, shop } from './inputs-for-tests.ts'

describe('further goals', () => {
  const plan = {
    secondary: [
      { id: 'signup', name: 'Sign-ups', measure: 'rate' },
      { id: 'click', name: 'Clicks', measure: 'rate' },
    ],
    guardrails: [
      { id: 'bounce', name: 'Bounces', measure: 'rate', better: 'lower', margin: 0.05 },
      { id: 'pay', name: 'Payments', measure: 'rate', margin: 0.1 },
    ],
  }
  const many = { visitors: 500, converters: 250 }
  const goalsOf = (
    further: Record<string, readonly [Day, Day]>,
    days = 28,
    arms: readonly Day[] = [shop, shop],
  ) => {
    const input = inputOf({ days, arms, plan })
    const sums = Object.fromEntries(
      Object.entries(further).map(([id, [a, b]]) => [id, [...rowsOf('a', days, a), ...rowsOf('b', days, b)]]),
    )
    return decide({ ...input, sums: { ...input.sums, ...sums } })
  }

  test('secondary goals are labelled after Holm', () => {
    const strong = { ...rate, converters: 60 }
    const weak = { ...rate, converters: 54 }
    const labels = (further: Parameters<typeof goalsOf>[0]) =>
      goalsOf(further).secondary.map(({ label }) => label)
    expect(labels({ signup: [rate, strong], click: [rate, weak] })).toEqual(['better', 'better'])
    expect(labels({ signup: [rate, weak], click: [rate, weak] })).toEqual(['unclear', 'unclear'])
    expect(labels({ click: [rate, weak] })).toEqual(['too_early', 'better'])
    expect(labels({ click: [strong, rate] })).toEqual(['too_early', 'worse'])
  })

  test('guardrails pass, fail, or are still open', () => {
    const states = (converters: number, days = 28) =>
      goalsOf({ bounce: [many, { ...many, converters }] }, days).guardrails.map(({ state }) => state)
    expect(states(250)).toEqual(['passed', 'too_early'])
    expect(states(200)).toEqual(['passed', 'too_early'])
    expect(states(262)).toEqual(['failed', 'too_early'])
    expect(states(252, 7)).toEqual(['undecided', 'too_early'])
    expect(states(252, 3)).toEqual(['too_early', 'too_early'])
  })

  test('a failed guardrail stops a variant, and makes a winner a conflict', () => {
    const harm = { pay: [rate, { ...rate, converters: 30 }] } as const
    expect(goalsOf(harm).sentence).toBe('B harms Payments, which you guard. Stop it.')
    expect(goalsOf(harm, 28, [shop, better]).sentence).toBe('Revenue up, Payments worse with B – review.')
    expect(goalsOf(harm, 28, [shop, better]).next_action.kind).toBe('review')
  })
})
