import { columnOf, conditionOf, needsEvents, type Source } from './columns.ts'
import type { Plan } from './plan.ts'

/** Which part of a question: what single events say, what only the visit as a whole says, or the rest. */
export type Part = 'event' | 'exit' | 'visit'

/** Every part, for a source that has all of them. */
export const everyPart: readonly Part[] = ['event', 'exit', 'visit']

function partOf(dimension: Plan['dimensions'][number]): Part {
  if (needsEvents(dimension)) return 'event'
  return dimension === 'visit:exit_page' ? 'exit' : 'visit'
}

/** The dimensions of these parts as columns `d0, d1, ...`, each followed by a comma. */
export function dimensionColumns(plan: Plan, source: Source, parts: readonly Part[]): string {
  return plan.dimensions
    .map((dimension, index) =>
      parts.includes(partOf(dimension)) ? `${columnOf(dimension, source)} AS d${index}, ` : '',
    )
    .join('')
}

/** The names of the dimensions of these parts, each followed by a comma. */
export function dimensionKeys(plan: Plan, parts: readonly Part[]): string {
  return plan.dimensions
    .map((dimension, index) => (parts.includes(partOf(dimension)) ? `d${index}, ` : ''))
    .join('')
}

/** GROUP BY of every dimension, or nothing. */
export function groupClause(plan: Plan): string {
  const keys = plan.dimensions.map((_, index) => `d${index}`)
  return keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`
}

/** The filters of these parts as conditions, each begun with AND. */
export function filterConditions(plan: Plan, source: Source, parts: readonly Part[]): string {
  return plan.filters
    .map(([operator, dimension], index) =>
      parts.includes(partOf(dimension))
        ? ` AND ${conditionOf(operator, columnOf(dimension, source), index)}`
        : '',
    )
    .join('')
}

/** Whether a dimension or filter is of this part. */
export function uses(plan: Plan, part: Part): boolean {
  return [...plan.dimensions, ...plan.filters.map(([, dimension]) => dimension)].some(
    (dimension) => partOf(dimension) === part,
  )
}
