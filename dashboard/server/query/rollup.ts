import { needsEvents } from './columns.ts'
import { needsOf } from './measures.ts'
import type { Plan } from './plan.ts'

/** The rollup that answers a question: rows of one dimension, or of the total. */
export type Rollup = {
  /** As `traffic_daily` and `revenue_daily` name it. */
  dimension: string
  /** Whether what a day's money is made of depends on the events of its visits. */
  ofEvents: boolean
}

/**
 * Which rollup answers a question, or null when only facts can. Rollups hold whole days by one dimension, so:
 *
 * - no hours;
 * - grouped and filtered by one dimension of a visit or event at most;
 * - filtered by a dimension that it is not grouped by: by one value, since the visitors of several values overlap (and
 *   so do the visits of several pages). Without visitors, the values of a visit's dimension add up.
 */
export function rollupOf(plan: Plan): Rollup | null {
  if (plan.dimensions.includes('time:hour')) return null
  const grouped = plan.dimensions.filter((dimension) => !dimension.startsWith('time:'))
  const filtered = plan.filters.map(([, dimension]) => dimension)
  const [dimension, second] = new Set([...grouped, ...filtered])
  if (second !== undefined) return null
  if (dimension === undefined) return { dimension: 'total', ofEvents: false }
  const ofOneValue = plan.filters.some(
    ([operator, , values]) => operator === 'is' && new Set(values).size === 1,
  )
  const ofEvent = needsEvents(dimension)
  const addsUp = !ofEvent && !needsOf(plan.metrics).visitors
  if (grouped.length === 0 && !ofOneValue && !addsUp) return null
  return { dimension, ofEvents: ofEvent || dimension === 'visit:exit_page' }
}
