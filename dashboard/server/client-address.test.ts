import { expect, test } from 'vitest'
import { clientAddress, createTrustedProxies, isPrivateAddress, limitKey } from './client-address.ts'

const proxies = createTrustedProxies(['10.0.0.0/8', '127.0.0.1', '2001:db8::/32'])

test.each([
  ['no header', '203.0.113.9', undefined, '203.0.113.9'],
  ['a stranger who forwards', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a trusted proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a trusted proxy over an IPv6 socket', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['two trusted hops', '127.0.0.1', '198.51.100.1, 10.2.3.4', '198.51.100.1'],
  ['a made-up address left of the real one', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['what is no address', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
  ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6 in brackets', '2001:db8::1', '[2001:0db9::7]:4711', '2001:0db9::7'],
  ['a trusted proxy that forwards nothing', '10.0.0.1', '', '10.0.0.1'],
])('%s', (_, peer, forwarded, address) => {
  expect(clientAddress(peer, forwarded, proxies)).toBe(address)
})

test('an IPv6 address counts as its /64, however it is written', () => {
  expect(limitKey('2001:db8:0:1::1')).toBe(limitKey('2001:0DB8:0000:0001:ffff::2'.toLowerCase()))
  expect(limitKey('2001:db8:0:1::1')).not.toBe(limitKey('2001:db8:0:2::1'))
  expect(limitKey('198.51.100.1')).toBe('198.51.100.1')
})

test.each([
  ['127.0.0.1', true],
  ['192.168.1.1', true],
  ['fd00::1', true],
  ['8.8.8.8', false],
  ['2606:4700::1', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})
