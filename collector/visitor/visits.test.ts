import { expect, test } from 'vitest'
import { noVisitAttributes } from '../../schema/event/visit-attributes.ts'
import { type Visit, Visits } from './visits.ts'

const minute = 60_000
const pageview = { pageview: true, interactive: true }
const of = (visitor_id: bigint) => ({ site_id: 1, visitor_id, day: 20_000, attributes: noVisitAttributes })

function startVisit(visits: Visits, visitorId: bigint, now: number): Visit {
  const visit = visits.start(of(visitorId), now)
  visits.record(visit, pageview, now)
  return visit
}

test('30 minutes of inactivity end a visit, which can be continued for a day', () => {
  const visits = new Visits()
  const visit = startVisit(visits, 1n, 0)
  expect(visits.active(1n, 30 * minute - 1)).toBe(visit)
  expect(visits.active(1n, 30 * minute)).toBeNull()
  expect(visits.last(1n, 24 * 60 * minute - 1)).toBe(visit)
  visits.sweep(24 * 60 * minute)
  expect(visits.size).toBe(0)
})

test('a visit id holds its start', () => {
  expect(startVisit(new Visits(), 1n, 1_790_000_000_000).session_id >> 20n).toBe(1_790_000_000_000n)
})

test('beyond the limit the visit that was quiet longest is forgotten', () => {
  const visits = new Visits(2)
  const first = startVisit(visits, 1n, 0)
  startVisit(visits, 2n, 1)
  visits.record(first, pageview, 2)
  startVisit(visits, 3n, 3)
  expect([1n, 2n, 3n].map((id) => visits.active(id, 4) !== null)).toEqual([true, false, true])
})

test('a clock that goes back a day ends no visit', () => {
  const visits = new Visits()
  const visit = startVisit(visits, 1n, 25 * 60 * minute)
  expect(visits.active(1n, 60 * minute)).toBe(visit)
  visits.record(visit, pageview, 60 * minute)
  expect(visit).toMatchObject({ last_at: 25 * 60 * minute, pageviews: 2 })
})

test('what could not be stored leaves no count, and no visit of its own', () => {
  const visits = new Visits()
  const visit = startVisit(visits, 1n, 0)
  visits.record(visit, pageview, 1)
  visits.unrecord(visit, pageview, 2)
  expect(visit).toMatchObject({ events: 1, pageviews: 1, interactions: 1 })
  visits.unrecord(visit, pageview, 1)
  expect(visits.active(1n, 2)).toBeNull()
})

test('a number is never given twice: not after a later event, nor after what a restart restored', () => {
  const visits = new Visits()
  const visit = startVisit(visits, 1n, 0)
  visits.record(visit, pageview, 1)
  visits.unrecord(visit, pageview, 1)
  expect(visit).toMatchObject({ events: 2, pageviews: 2, interactions: 2 })
  visits.restore({ ...visit, events: 5 }, () => noVisitAttributes)
  visits.unrecord(visit, pageview, 2)
  visits.record(visit, pageview, 2)
  expect(visit.events).toBe(6)
})

const found = (visitor_id: bigint, session_id: bigint, differences: Partial<Visit>) => ({
  ...of(visitor_id),
  session_id,
  last_at: 0,
  events: 1,
  pageviews: 1,
  interactions: 1,
  ...differences,
})

test('restored visits take the larger counts and the later visit, in any order and from both sources', () => {
  const all = [
    found(1n, 5n, { last_at: 10 }),
    found(1n, 5n, { last_at: 20, events: 2 }),
    found(1n, 9n, { last_at: 90 }),
    found(1n, 9n, { last_at: 95, events: 2 }),
  ]
  for (const order of [all, all.toReversed()])
    for (const sources of [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 1, 0, 1],
      [1, 0, 1, 0],
    ]) {
      const visits = new Visits()
      for (const [index, visit] of order.entries())
        if (sources[index] === 0) visits.restore(visit, () => noVisitAttributes)
        else visits.restoreOlder(visit, noVisitAttributes)
      expect(visits.last(1n, 100)).toMatchObject({ session_id: 9n, last_at: 95, events: 2 })
      expect(visits.size).toBe(1)
    }
})

test('an event that was accepted meanwhile wins over what is restored later', () => {
  const visits = new Visits()
  const visit = startVisit(visits, 1n, 1_000)
  visits.restoreOlder(found(1n, 5n, { last_at: 500, events: 7 }), noVisitAttributes)
  expect(visits.last(1n, 1_000)).toBe(visit)
  expect(visit.events).toBe(1)
})

test('restored visits go on, are forgotten oldest first, and take no room of new ones', () => {
  const visits = new Visits(3)
  const at = 100 * minute
  for (const [id, last_at] of [
    [1n, 3],
    [2n, 2],
    [3n, 1],
  ] as const)
    expect(visits.restoreOlder(found(id, id, { last_at: at + last_at }), noVisitAttributes)).toBe(true)
  expect(visits.restoreOlder(found(4n, 4n, { last_at: at }), noVisitAttributes)).toBe(false)
  const third = visits.active(3n, at + 10)
  if (!third) throw new Error('not restored')
  visits.record(third, pageview, at + 10)
  expect(third.events).toBe(2)
  startVisit(visits, 5n, at + 11)
  expect([1n, 2n, 3n, 5n].map((id) => visits.last(id, at + 12) !== null)).toEqual([true, false, true, true])
  visits.sweep(at + 3 + 24 * 60 * minute)
  expect([1n, 3n, 5n].map((id) => visits.last(id, at + 12) !== null)).toEqual([false, true, true])
  expect(visits.size).toBe(2)
})
