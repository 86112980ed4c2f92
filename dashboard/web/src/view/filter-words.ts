import type { Filter } from '../../../contract/query.ts'
import { dimensionLabel, dimensionName } from './dimension-name.ts'

export const operatorNames: Record<Filter[0], string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  contains_not: 'does not contain',
}

/** A filter as a person says it: "Source is Newsletter or Google". */
export function filterWords([operator, dimension, values]: Filter): string {
  const labels = values.map((value) => dimensionLabel(dimension, value))
  const last = labels.length > 1 ? ` or ${labels.at(-1)}` : ''
  const first = labels.length > 1 ? labels.slice(0, -1).join(', ') : (labels[0] ?? '')
  return `${dimensionName(dimension)} ${operatorNames[operator]} ${first}${last}`
}
