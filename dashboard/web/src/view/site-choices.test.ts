import { expect, test } from 'vitest'
import { currencyChoices, likelyCurrency, offsetOf, timezoneChoices } from './site-choices.ts'

const summer = Date.UTC(2026, 6, 1)

test.each([
  ['UTC', 'UTC'],
  ['Europe/Berlin', 'UTC+2'],
  ['America/St_Johns', 'UTC−2:30'],
])('%s is %s in summer', (zone, offset) => {
  expect(offsetOf(zone, summer)).toBe(offset)
})

test.each([
  [['de-DE'], 'eur'],
  [['en', 'en-GB'], 'gbp'],
  [['eo'], 'usd'],
  [[], 'usd'],
])('languages %j suggest %s', (languages, currency) => {
  expect(likelyCurrency(languages)).toBe(currency)
})

test('the lists are whole and hold nothing twice', () => {
  const zones = timezoneChoices(summer)
  expect(zones[0]).toEqual({ value: 'UTC', label: 'UTC', hint: 'UTC' })
  expect(zones.length).toBeGreaterThan(300)
  expect(new Set(zones.map(({ value }) => value)).size).toBe(zones.length)
  expect(currencyChoices()[0]).toEqual({ value: 'usd', label: 'US Dollar (USD)' })
})
