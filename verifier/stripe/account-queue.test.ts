import { expect, test, vi } from 'vitest'
import { AccountQueue } from './account-queue.ts'

function open(rate: number) {
  let offset = 0
  const queue = new AccountQueue({
    rate,
    backoffMs: 10,
    restMs: 60_000,
    now: () => Date.now() + offset,
    random: () => 0,
  })
  return { queue, travel: (ms: number) => (offset += ms) }
}

const accepted = { kind: 'accepted' } as const
const unavailable = { kind: 'unavailable', why: 'no connection' } as const
const slowDown = { kind: 'rate_limited', reason: 'global-rate', retry_after_ms: null } as const
const answer =
  <A>(value: A) =>
  async () =>
    value

test('no window of a second holds more requests than the rate', async () => {
  const { queue } = open(20)
  const starts: number[] = []
  const ask = async () => {
    starts.push(performance.now())
    return accepted
  }
  await Promise.all(Array.from({ length: 45 }, () => queue.run(ask)))
  // A timer may fire a millisecond early by the other clock.
  for (const [index, start] of starts.entries()) {
    const later = starts[index + 20]
    if (later !== undefined) expect(later - start).toBeGreaterThan(995)
  }
  expect(starts).toHaveLength(45)
})

test('a rate below one a second is kept too', () => {
  expect(open(0.5).queue.rate).toBe(0.5)
})

test('a 429 halves the rate once for all that were under way; calm brings it back', async () => {
  const { queue, travel } = open(100)
  await Promise.all([1, 2, 3, 4].map(() => queue.run(answer(slowDown))))
  expect(queue.rate).toBe(50)
  await queue.run(answer(accepted))
  expect(queue.rate).toBe(50)
  travel(30_000)
  await queue.run(answer(accepted))
  expect(queue.rate).toBe(100)
  queue.close()
})

test('a lock on one object changes nothing', async () => {
  const { queue } = open(100)
  await queue.run(answer({ ...slowDown, reason: 'lock_timeout' as const }))
  expect(queue.rate).toBe(100)
})

test('five failures in a row give the account a rest, in which what waits is kept', async () => {
  const { queue, travel } = open(100)
  for (let index = 0; index < 4; index++) await queue.run(answer(unavailable))
  expect(queue.restsUntil).toBeNull()
  await queue.run(answer(unavailable))
  expect(queue.restsUntil).not.toBeNull()
  const ask = vi.fn(answer(accepted))
  const waiting = queue.run(ask)
  expect(ask).not.toHaveBeenCalled()
  travel(60_000)
  expect(queue.restsUntil).toBeNull()
  queue.close()
  expect(await waiting).toEqual(accepted)
})

test('a fault of the question reaches the one who asked', async () => {
  const { queue } = open(100)
  await expect(queue.run(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  expect(await queue.run(answer(accepted))).toEqual(accepted)
})
