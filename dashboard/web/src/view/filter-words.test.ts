import { expect, test } from 'vitest'
import type { Filter } from '../../../contract/query.ts'
import { filterWords } from './filter-words.ts'

test.each<[Filter, string]>([
  [['is', 'visit:source', ['Newsletter']], 'Source is Newsletter'],
  [['is_not', 'visit:country', ['DE', 'US']], 'Country is not Germany or United States'],
  [['contains', 'event:page', ['/a', '/b', '/c']], 'Page contains /a, /b or /c'],
])('%j', (filter, words) => {
  expect(filterWords(filter)).toBe(words)
})
