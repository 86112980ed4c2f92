import { expect, it, vi } from 'vitest'
import { noon } from './double-for-tests.ts'
import { createScaledClock } from './scaled-clock.ts'

it('runs as many times faster as it is told', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const clock = createScaledClock({ start: noon, speed: 3600 })
    expect([clock.now(), clock.elapsed()]).toEqual([noon, 0])
    vi.advanceTimersByTime(1000)
    expect([clock.now(), clock.elapsed()]).toEqual([noon + 3_600_000, 3_600_000])
  } finally {
    vi.useRealTimers()
  }
})
