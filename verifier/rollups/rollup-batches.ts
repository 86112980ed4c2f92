import type { ChangedDay } from './site-day.ts'

/** Days that are computed in one go; a busy day is cut into slices of its visitors. */
export type RollupBatch = { days: ChangedDay[]; slices: number }

/** What a statement may hold: in all, by the weight of each day, and in days. */
export type BatchRoom = { weight: number; days: number }

/** A list of days is sent with each statement and looked up for each row that it writes. */
const mostDays = 1_000
/** Past this a statement takes no less time an event. */
const mostEvents = 1_000_000
/** Measured: 450 to 800 bytes an event. */
const bytesPerEvent = 1_000

/** How many events a statement may hold with so much memory; 0 is no limit. */
export function roomFor(memoryBytes: number): BatchRoom {
  const events = memoryBytes === 0 ? mostEvents : Math.floor(memoryBytes / bytesPerEvent)
  return { weight: Math.min(mostEvents, events), days: mostDays }
}

/** Packs days in their order; one that weighs more than a statement holds is cut into slices. */
export function packDays(
  days: readonly ChangedDay[],
  room: BatchRoom,
  weigh: (day: ChangedDay) => number,
): RollupBatch[] {
  const batches: RollupBatch[] = []
  let left = 0
  for (const day of days) {
    const weight = weigh(day)
    const last = batches.at(-1)
    if (last && weight <= left && last.days.length < room.days) {
      last.days.push(day)
      left -= weight
    } else {
      batches.push({ days: [day], slices: Math.max(1, Math.ceil(weight / room.weight)) })
      left = room.weight - weight
    }
  }
  return batches
}
