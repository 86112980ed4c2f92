import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visitorId } from './identity.ts'

const salt = Buffer.alloc(32, 7)
const traits = { site_id: 1, addressKey: '203.0.113.5', userAgent: 'A browser' }

test('the same visitor has the same id, another site, address, browser or day another', () => {
  const id = visitorId(salt, traits)
  expect(visitorId(salt, { ...traits })).toBe(id)
  const others = [
    visitorId(salt, { ...traits, site_id: 2 }),
    visitorId(salt, { ...traits, addressKey: '203.0.113.6' }),
    visitorId(salt, { ...traits, userAgent: 'Another' }),
    visitorId(Buffer.alloc(32, 8), traits),
  ]
  expect(new Set([id, ...others]).size).toBe(5)
})

test('no shift of text between the parts gives the same id', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat({ max: 20 }), (address, userAgent, at) => {
      const joined = address + userAgent
      const split = { site_id: 1, addressKey: joined.slice(0, at), userAgent: joined.slice(at) }
      fc.pre(split.addressKey !== address)
      expect(visitorId(salt, split)).not.toBe(visitorId(salt, { site_id: 1, addressKey: address, userAgent }))
    }),
  )
})
