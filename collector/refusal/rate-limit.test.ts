import { expect, test } from 'vitest'
import { RateLimit } from './rate-limit.ts'

const taken = (limit: RateLimit, times: number, now: number, key = 'a') =>
  Array.from({ length: times }, () => limit.take(key, 1, now)).filter(Boolean).length

test('a burst passes, then the rate', () => {
  const limit = new RateLimit({ perSecond: 50, burst: 200 })
  expect(taken(limit, 300, 0)).toBe(200)
  expect(taken(limit, 300, 1_000)).toBe(50)
  expect(taken(limit, 300, 1_000, 'another')).toBe(200)
  expect(taken(limit, 300, 3_600_000)).toBe(200)
})

test('a batch larger than the burst passes once and is paid back', () => {
  const limit = new RateLimit({ perSecond: 50, burst: 200 })
  expect(limit.take('a', 500, 0)).toBe(true)
  expect(limit.take('a', 1, 5_900)).toBe(false)
  expect(limit.take('a', 1, 6_100)).toBe(true)
})

test('a clock that goes back gives and takes nothing', () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 })
  expect([
    limit.take('a', 1, 10_000),
    limit.take('a', 1, 0),
    limit.take('a', 1, 999),
    limit.take('a', 1, 1_001),
  ]).toEqual([true, false, false, true])
})

test('a rate of 0 is no limit', () => {
  expect(taken(new RateLimit({ perSecond: 0, burst: 0 }), 1_000, 0)).toBe(1_000)
})
