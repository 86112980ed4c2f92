import { describe, expect, test, vi } from 'vitest'
import { addressKey, canonicalAddress, createClientAddresses, isPrivateAddress } from './client-address.ts'

function clientOf(
  trustedProxies: string[],
  peer: string,
  forwarded: string | null,
  header = 'x-forwarded-for',
) {
  const warn = vi.fn()
  const addresses = createClientAddresses({ trustedProxies, header, onUntrustedProxy: warn })
  const headers = (name: string) => (name === header ? (forwarded ?? '') : '')
  const client = addresses.of(peer, headers)
  addresses.of(peer, headers)
  return { client, warnings: warn.mock.calls.length }
}

describe('a forwarded address is believed only from a trusted peer', () => {
  test.each([
    ['nothing trusted', [], '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['loopback is not trusted by itself', [], '127.0.0.1', '198.51.100.1', '127.0.0.1'],
    ['a trusted peer', ['127.0.0.1'], '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'a trusted peer over IPv4 in IPv6',
      ['127.0.0.1'],
      '0000:0000:0000:0000:0000:ffff:7f00:0001',
      '198.51.100.1',
      '198.51.100.1',
    ],
    ['a trusted block', ['10.0.0.0/8'], '10.9.8.7', '198.51.100.1', '198.51.100.1'],
    ['a peer beside the block', ['10.0.0.0/8'], '11.0.0.1', '198.51.100.1', '11.0.0.1'],
    [
      'a spoofed entry left of the real one',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '1.2.3.4, 198.51.100.1',
      '198.51.100.1',
    ],
    ['two trusted hops', ['10.0.0.0/8'], '10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['all hops trusted', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['no header', ['10.0.0.0/8'], '10.0.0.1', null, '10.0.0.1'],
    ['garbage', ['10.0.0.0/8'], '10.0.0.1', 'unknown', '10.0.0.1'],
    ['garbage hides what is left of it', ['10.0.0.0/8'], '10.0.0.1', '1.2.3.4, <script>', '10.0.0.1'],
    ['a host name', ['10.0.0.0/8'], '10.0.0.1', 'localhost', '10.0.0.1'],
    ['octal and short forms', ['10.0.0.0/8'], '10.0.0.1', '0177.1', '10.0.0.1'],
    ['a port', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6', ['10.0.0.0/8'], '10.0.0.1', '2001:DB8::1', '2001:db8::1'],
    ['IPv6 with a port', ['10.0.0.0/8'], '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    [
      'a trusted IPv6 block',
      ['fd00::/8'],
      'fd00:0000:0000:0000:0000:0000:0000:0001',
      '198.51.100.1',
      '198.51.100.1',
    ],
    ['an empty list', ['10.0.0.0/8'], '10.0.0.1', ' , ', '10.0.0.1'],
  ])('%s', (_case, trusted, peer, forwarded, client) => {
    expect(clientOf(trusted, peer, forwarded).client).toBe(client)
  })

  test('another header by configuration', () => {
    expect(clientOf(['10.0.0.1'], '10.0.0.1', '198.51.100.1', 'cf-connecting-ip').client).toBe('198.51.100.1')
  })
})

test.each([
  ['192.168.1.1', '198.51.100.1', 1],
  ['127.0.0.1', '198.51.100.1', 1],
  ['192.168.1.1', null, 0],
  ['203.0.113.5', '198.51.100.1', 0],
])('an untrusted peer %s that forwards %s gives %d warning', (peer, forwarded, warnings) => {
  expect(clientOf([], peer, forwarded).warnings).toBe(warnings)
})

test.each([
  ['203.0.113.5', '203.0.113.5'],
  ['::ffff:203.0.113.5', '203.0.113.5'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
])('%s is one household as %s', (address, key) => {
  expect(addressKey(canonicalAddress(address) ?? '')).toBe(key)
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
