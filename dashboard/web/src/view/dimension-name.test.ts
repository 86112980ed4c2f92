import { expect, test } from 'vitest'
import { countriesLike, dimensionLabel } from './dimension-name.ts'

test.each([
  ['visit:country', 'DE', 'Germany'],
  ['visit:country', '', 'Unknown'],
  ['visit:country', '<b>', '<b>'],
  ['visit:source', '(unattributed)', 'Unattributed'],
  ['visit:source', '', 'Direct / none'],
  ['visit:utm_campaign', '', 'Not tagged'],
  ['visit:device', 'desktop', 'Desktop'],
  ['event:page', '/pricing', '/pricing'],
] as const)('%s %s reads %s', (dimension, value, label) => {
  expect(dimensionLabel(dimension, value)).toBe(label)
})

test('countries are found by a part of their name or by their code', () => {
  expect(countriesLike('japa')).toEqual(['JP'])
  expect(countriesLike('de')).toContain('DE')
  expect(countriesLike('nowhere')).toEqual([])
})
