import { expect, test, vi } from 'vitest'
import { AccountQueue } from './account-queue.ts'

function open(rate: number, { wallClock = Date.now, notBefore = 0 } = {}) {
  let offset = 0
  const queue = new AccountQueue({
    rate,
    backoffMs: 10,
    restMs: 60_000,
    now: wallClock,
    clock: () => performance.now() + offset,
    notBefore,
    random: () => 0,
  })
  const run: (typeof queue)['run'] = (lane, ask) => queue.run(lane, ask)
  return {
    queue,
    ask: <A extends { kind: string }>(question: () => Promise<A>, lane = 'a') => run(lane, question),
    travel: (ms: number) => (offset += ms),
  }
}

const accepted = { kind: 'accepted' } as const
const unavailable = { kind: 'unavailable', why: 'no connection' } as const
const slowDown = { kind: 'rate_limited', reason: 'global-rate', retry_after_ms: null } as const
const answer =
  <A>(value: A) =>
  async () =>
    value

test('no window of a second holds more requests than the rate', async () => {
  const { ask: run } = open(20)
  const starts: number[] = []
  const ask = async () => {
    starts.push(performance.now())
    return accepted
  }
  await Promise.all(Array.from({ length: 45 }, () => run(ask)))
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
  const { queue, ask, travel } = open(100)
  await Promise.all([1, 2, 3, 4].map(() => ask(answer(slowDown))))
  expect(queue.rate).toBe(50)
  await ask(answer(accepted))
  expect(queue.rate).toBe(50)
  travel(30_000)
  await ask(answer(accepted))
  expect(queue.rate).toBe(100)
  queue.close()
})

test('a lock on one object changes nothing', async () => {
  const { queue, ask } = open(100)
  await ask(answer({ ...slowDown, reason: 'lock_timeout' as const }))
  expect(queue.rate).toBe(100)
})

test('too many at once halves the requests at once and not the rate', async () => {
  const { queue, ask, travel } = open(100)
  await ask(answer({ ...slowDown, reason: 'endpoint-concurrency' as const }))
  expect([queue.rate, queue.atOnce]).toEqual([100, 2])
  travel(30_000)
  await ask(answer(accepted))
  expect([queue.rate, queue.atOnce]).toEqual([100, 4])
})

test('five failures in a row give the account a rest, in which what waits is kept', async () => {
  const { queue, ask, travel } = open(100)
  for (let index = 0; index < 4; index++) await ask(answer(unavailable))
  expect(queue.restsUntil).toBeNull()
  await ask(answer(unavailable))
  expect(queue.restsUntil).not.toBeNull()
  expect(queue.atOnce).toBe(1)
  const question = vi.fn(answer(accepted))
  const waiting = ask(question)
  expect(question).not.toHaveBeenCalled()
  travel(60_000)
  expect(queue.restsUntil).toBeNull()
  queue.close()
  expect(await waiting).toEqual(accepted)
})

test('lanes take turns: a storm in one delays another by no more than a request', async () => {
  const { ask } = open(10)
  const served: string[] = []
  const from = (lane: string) =>
    ask(async () => {
      served.push(lane)
      return accepted
    }, lane)
  void Promise.all(Array.from({ length: 500 }, () => from('storm'))).catch(() => undefined)
  await Promise.all([from('shop'), from('shop'), from('sweep')])
  expect(served.filter((lane) => lane === 'storm').length).toBeLessThanOrEqual(7)
})

test('a wall clock that steps an hour back or forth changes nothing', async () => {
  let step = 0
  const { ask } = open(50, { wallClock: () => Date.now() + step })
  const starts: number[] = []
  for (const ms of [0, -3_600_000, 3_600_000]) {
    step = ms
    await Promise.all(
      Array.from({ length: 30 }, () =>
        ask(async () => {
          starts.push(performance.now())
          return accepted
        }),
      ),
    )
  }
  for (const [index, start] of starts.entries()) {
    const later = starts[index + 50]
    if (later !== undefined) expect(later - start).toBeGreaterThan(995)
  }
  expect(starts).toHaveLength(90)
})

test('nothing is sent before a process that was killed is surely out of the window', async () => {
  const notBefore = performance.now() + 120
  const { ask } = open(100, { notBefore })
  await ask(answer(accepted))
  expect(performance.now()).toBeGreaterThanOrEqual(notBefore - 1)
})

test('a fault of the question reaches the one who asked', async () => {
  const { ask } = open(100)
  await expect(ask(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  expect(await ask(answer(accepted))).toEqual(accepted)
})
