import type { ChangedDay } from './site-day.ts'

/** Days that are computed in one go; a busy day is cut into slices of its visitors. */
export type RollupBatch = { days: ChangedDay[]; slices: number }

/**
 * Packs days so that the visits of one statement fit into memory: about 250 bytes an event, so half a gigabyte.
 *
 * @param weigh the number of events, or what takes as much memory
 */
export function packDays(
  days: readonly ChangedDay[],
  weigh: (day: ChangedDay) => number,
  { most = 2_000_000, mostDays = 1_000 } = {},
): RollupBatch[] {
  const batches: RollupBatch[] = []
  let room = 0
  for (const day of days) {
    const weight = weigh(day)
    const last = batches.at(-1)
    if (last && weight <= room && last.days.length < mostDays) last.days.push(day)
    else batches.push({ days: [day], slices: Math.max(1, Math.ceil(weight / most)) })
    room = (batches.at(-1) === last ? room : most) - weight
  }
  return batches
}
