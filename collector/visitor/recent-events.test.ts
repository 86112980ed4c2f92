import { expect, test } from 'vitest'
import { RecentEvents } from './recent-events.ts'

const hour = 3_600_000
const start = 1_790_000_000_000

test('an event is known by its site and id', async () => {
  const recent = new RecentEvents()
  recent.add(1, 'a', null, start)
  await expect(recent.find(1, 'a')).resolves.toBe('stored')
  expect(recent.find(2, 'a')).toBeNull()
  expect(recent.find(1, 'b')).toBeNull()
})

test('one that was not stored is forgotten, so that its retry is taken', async () => {
  const recent = new RecentEvents()
  const storing = Promise.resolve('overloaded' as const)
  recent.add(1, 'a', storing, start)
  await expect(recent.find(1, 'a')).resolves.toBe('overloaded')
  expect(recent.find(1, 'a')).toBeNull()
})

test('many sites together are held to one bound, the oldest are forgotten first', () => {
  const recent = new RecentEvents(1_000)
  for (let index = 0; index < 10_000; index++) {
    recent.add(index, 'a', null, start + index)
    expect(recent.size).toBeLessThanOrEqual(1_000)
    expect(recent.find(Math.max(0, index - 499), 'a')).not.toBeNull()
  }
  expect(recent.find(8_000, 'a')).toBeNull()
})

test('an id is known for an hour and forgotten after two', () => {
  const recent = new RecentEvents()
  recent.add(1, 'a', null, start)
  recent.add(1, 'b', null, start + hour - 1)
  expect(recent.find(1, 'a')).not.toBeNull()
  recent.add(1, 'c', null, start + hour)
  expect(recent.find(1, 'b')).not.toBeNull()
  recent.add(1, 'd', null, start + 2 * hour)
  expect(recent.find(1, 'a')).toBeNull()
  recent.add(1, 'e', null, start + 9 * hour)
  expect(recent.size).toBe(1)
})
