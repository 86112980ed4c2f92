import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPageLocation } from './page-location.ts'

const session = `cs_test_${'a1B2'.repeat(10)}`

test.each([
  ['https://Shop.Example', 'shop.example', '/'],
  ['https://shop.example/a/b?secret=1#frag', 'shop.example', '/a/b'],
  ['http://localhost:3000/x', 'localhost', '/x'],
  ['app://Localhost/settings', 'localhost', '/settings'],
  ['https://shop.example/büro', 'shop.example', '/b%C3%BCro'],
])('%s is the page %s %s', (url, hostname, pathname) => {
  expect(readPageLocation(url, false)).toMatchObject({ hostname, pathname, claim: { kind: 'none' } })
})

test.each(['', 'shop.example/a', '/a', 'data:text/html,x', 'javascript:alert(1)', 'https://'])(
  '%j is no page',
  (url) => {
    expect(readPageLocation(url, false)).toBeNull()
  },
)

test.each([
  [`/thanks?stripe_session_id=${session}`, { kind: 'id', id: session }],
  [`/thanks?a=1&stripe_session_id=${session}&b=2`, { kind: 'id', id: session }],
  [`/thanks#stripe_session_id=${session}`, { kind: 'id', id: session }],
  [`/thanks?session_id=${session}`, { kind: 'id', id: session }],
  [
    `/thanks?session_id=${session.replace('test', 'live')}`,
    { kind: 'id', id: session.replace('test', 'live') },
  ],
  // An owner's redirect address that already had a query.
  [`/thanks?plan=pro?stripe_session_id=${session}`, { kind: 'id', id: session }],
  [`/thanks?stripe_session_id={CHECKOUT_SESSION_ID}&session_id=${session}`, { kind: 'id', id: session }],
  ['/thanks?stripe_session_id={CHECKOUT_SESSION_ID}', { kind: 'fault', reason: 'claim_placeholder' }],
  ['/thanks?stripe_session_id=%7BCHECKOUT_SESSION_ID%7D', { kind: 'fault', reason: 'claim_placeholder' }],
  ['/thanks?session_id={CHECKOUT_SESSION_ID}', { kind: 'fault', reason: 'claim_placeholder' }],
  ['/thanks?stripe_session_id=', { kind: 'fault', reason: 'claim_malformed' }],
  ['/thanks?stripe_session_id=pi_123', { kind: 'fault', reason: 'claim_malformed' }],
  ['/thanks?stripe_session_id=%E0%A4%A', { kind: 'fault', reason: 'claim_malformed' }],
  ['/thanks?session_id=cs_test_short', { kind: 'fault', reason: 'claim_malformed' }],
  ['/thanks?session_id=5f2c', { kind: 'none' }],
  [`/thanks?my_stripe_session_id=${session}`, { kind: 'none' }],
])('%s claims %j', (path, claim) => {
  expect(readPageLocation(`https://shop.example${path}`, false)).toMatchObject({ pathname: '/thanks', claim })
})

test.each([
  // An owner's redirect address that begins its query with &.
  [`/thanks&stripe_session_id=${session}`, { kind: 'id', id: session }, '/thanks'],
  [`/thanks&session_id=${session}&plan=pro`, { kind: 'id', id: session }, '/thanks&plan=pro'],
  [`/thanks&session_id=${session.replace('_', '%5F')}`, { kind: 'id', id: session }, '/thanks'],
  [
    '/thanks&stripe_session_id={CHECKOUT_SESSION_ID}',
    { kind: 'fault', reason: 'claim_placeholder' },
    '/thanks',
  ],
  [`/thanks%26stripe_session_id%3D${session}`, { kind: 'none' }, '/thanks'],
  [`/thanks/${session}/receipt`, { kind: 'none' }, '/thanks//receipt'],
  ['/list&session_id=5f2c', { kind: 'none' }, '/list&session_id=5f2c'],
])('%s claims %j and is stored as %s', (path, claim, pathname) => {
  expect(readPageLocation(`https://shop.example${path}`, false)).toMatchObject({ pathname, claim })
})

test.each([
  ['/app#/route', '/app#/route'],
  ['/app#/route?email=a@b.example', '/app#/route'],
  [`/app#/thanks?stripe_session_id=${session}`, '/app#/thanks'],
  [`/app#stripe_session_id=${session}`, '/app'],
  [`/app#/thanks&session_id=${session}`, '/app#/thanks'],
  ['/app#', '/app'],
])('in hash mode %s is stored as %s', (path, pathname) => {
  expect(readPageLocation(`https://shop.example${path}`, true)?.pathname).toBe(pathname)
})

test('no address leaves a claimed session, a placeholder or a query in the stored path', () => {
  const name = fc.constantFrom('stripe_session_id=', 'session_id=', 'STRIPE_SESSION_ID=', '')
  const value = fc.constantFrom(session, encodeURIComponent(session), session.replaceAll('_', '%5F'))
  const placeholder = fc.constantFrom('{CHECKOUT_SESSION_ID}', '%7BCHECKOUT_SESSION_ID%7D')
  const separator = fc.constantFrom(
    '?',
    '#',
    '&',
    ';',
    '/',
    '?a=b&',
    '#/route?',
    '#/route&',
    '?x#',
    '%26',
    '%3F',
    '',
  )
  const after = fc.constantFrom('', '&a=b', '/more', '#end', '?q=1', ';x')
  const claim = fc.tuple(separator, name, fc.oneof(value, placeholder), after)
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 3 }), fc.boolean(), (claims, hashMode) => {
      const page = readPageLocation(`https://shop.example/p${claims.flat().join('')}`, hashMode)
      const stored = page?.pathname ?? ''
      expect(decodeURIComponent(stored)).not.toMatch(/cs_(test|live)_\w{10}|CHECKOUT_SESSION_ID/)
      expect(stored).not.toContain('?')
    }),
  )
})

test('a claim is read behind every separator', () => {
  const name = fc.constantFrom('stripe_session_id', 'session_id')
  const before = fc.constantFrom('?', '#', '&', '?a=b&', '#/route?', '?x#')
  fc.assert(
    fc.property(name, before, fc.boolean(), (param, separator, hashMode) => {
      const page = readPageLocation(`https://shop.example/p${separator}${param}=${session}`, hashMode)
      expect(page?.claim).toEqual({ kind: 'id', id: session })
      expect(page?.pathname).not.toMatch(/cs_|\?/)
    }),
  )
})
