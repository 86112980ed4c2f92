import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchRoute, settingsPath, settingsTabs, sitePath } from './route.ts'

test.each([
  ['/', { page: 'home' }],
  ['/login', { page: 'login' }],
  ['/setup', { page: 'setup' }],
  ['/sites', { page: 'sites' }],
  ['/sites/', { page: 'sites' }],
  ['/sites/new', { page: 'new_site' }],
  ['/sites/shop.example', { page: 'overview', domain: 'shop.example' }],
  ['/sites/localhost%3A3000', { page: 'overview', domain: 'localhost:3000' }],
  ['/sites/shop.example/install', { page: 'install', domain: 'shop.example' }],
  ['/sites/shop.example/settings', { page: 'settings', domain: 'shop.example', tab: 'general' }],
  ['/sites/shop.example/settings/revenue', { page: 'settings', domain: 'shop.example', tab: 'revenue' }],
  ['/sites/shop.example/settings/nothing', { page: 'not_found' }],
  ['/sites/shop.example/settings/revenue/more', { page: 'not_found' }],
  ['/sites/%E0%A4%A', { page: 'not_found' }],
  ['/elsewhere', { page: 'not_found' }],
])('%s', (path, route) => {
  expect(matchRoute(path)).toEqual(route)
})

test('every domain finds its way back from an address', () => {
  fc.assert(
    fc.property(fc.domain(), fc.constantFrom(...settingsTabs), (domain, tab) => {
      expect(matchRoute(sitePath(domain))).toEqual({ page: 'overview', domain })
      expect(matchRoute(settingsPath(domain, tab))).toEqual({ page: 'settings', domain, tab })
    }),
  )
})
