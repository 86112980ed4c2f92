import { expect, test } from 'vitest'
import type { z } from 'zod'
import { apiKeyBody, loginBody, setupBody } from './account.ts'
import { calculatorBody } from './calculators.ts'
import { experimentBody, experimentPatch } from './experiments.ts'
import { goalBody, goalPatch } from './goals.ts'
import { queryBody } from './query.ts'
import { revenueBody } from './revenue.ts'
import { siteBody, sitePatch } from './sites.ts'

const query = { site_id: 'shop.example', metrics: ['visitors'], date_range: '7d' }
const login = { email: 'owner@shop.example', password: 'correct horse battery' }

// What is left out in silence looks as if it had been done: totals instead of rows, a zone that stays.
test.each<[string, z.ZodType, Record<string, unknown>, string]>([
  ['a login', loginBody, login, 'remember'],
  ['the setup', setupBody, { ...login, token: 'a' }, 'name'],
  ['a key', apiKeyBody, { name: 'a', scope: 'read' }, 'scopes'],
  ['a site', siteBody, { domain: 'shop.example', timezone: 'UTC', currency: 'usd' }, 'foo'],
  ['a change of a site', sitePatch, { timezone: 'UTC' }, 'timezon'],
  [
    'a connection',
    revenueBody,
    { provider: 'stripe', method: 'payment_links', secret_key: 'rk_test_1' },
    'key',
  ],
  ['a goal', goalBody, { name: 'a', target: { kind: 'event', name: 'a' } }, 'at_least'],
  ['a change of a goal', goalPatch, { name: 'a' }, 'title'],
  ['a change of a test', experimentPatch, { name: 'a' }, 'titel'],
  ['a query', queryBody, query, 'dimension'],
  ['what a query includes', queryBody, { ...query, include: { total_rows: true } }, 'include.rows'],
  ['a page of a query', queryBody, { ...query, pagination: { limit: 1 } }, 'pagination.page'],
])('%s with a field that does not exist is refused', (_, schema, body, field) => {
  expect(schema.safeParse(body).success).toBe(true)
  const [key = '', inner] = field.split('.')
  const wrong = inner === undefined ? { ...body, [key]: 1 } : { ...body, [key]: { [inner]: 1 } }
  const { error } = schema.safeParse(wrong)
  expect(error?.issues).toContainEqual(
    expect.objectContaining({ code: 'unrecognized_keys', keys: [inner ?? key] }),
  )
})

test.each([
  ['a site', sitePatch],
  ['a goal', goalPatch],
  ['a test', experimentPatch],
])('a change of %s that changes nothing is refused', (_, schema) => {
  expect(schema.safeParse({}).error?.issues[0]?.message).toContain('Say what to change')
})

test.each([
  ['as long as it may be', 'a'.repeat(256), true],
  ['too long in bytes, not in letters', 'ж'.repeat(140), false],
])('a password %s', (_, password, fits) => {
  expect(loginBody.safeParse({ ...login, password }).success).toBe(fits)
  expect(setupBody.safeParse({ ...login, password, token: 'a' }).success).toBe(fits)
})

test('a draft of a test takes no field that it does not know', () => {
  const issues = experimentBody.safeParse({ varaints: [] }).error?.issues
  expect(issues).toContainEqual(expect.objectContaining({ keys: ['varaints'] }))
})

test('the calculators take no field that they do not know', () => {
  const issues = calculatorBody.safeParse({ lifts: 0.1 }).error?.issues
  expect(issues).toContainEqual(expect.objectContaining({ keys: ['lifts'] }))
})
