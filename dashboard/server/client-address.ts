import { BlockList, isIP } from 'node:net'

/** The proxies whose word about an address is believed. */
export type TrustedProxies = { trusts: (address: string) => boolean }

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** An address in its plain form: an IPv4 one that came through an IPv6 socket without its prefix, no zone, no port. */
export function plainAddress(text: string): string | null {
  const trimmed = text.trim().toLowerCase()
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1]
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(trimmed)?.[1]
  const bare = (bracketed ?? withPort ?? trimmed).replace(/%.*$/, '')
  const address = bare.startsWith('::ffff:') && isIP(bare.slice(7)) === 4 ? bare.slice(7) : bare
  return isIP(address) ? address : null
}

/** Reads `TRUSTED_PROXIES`: addresses and CIDR blocks, checked by the configuration. */
export function createTrustedProxies(peers: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const peer of peers) {
    const [address = '', bits] = peer.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return { trusts: (address) => list.check(address, familyOf(address)) }
}

/**
 * The address of the client: the TCP peer, or, when that is a trusted proxy, the last address of the forwarded list
 * that is not one. Walked from the right, because everything left of a trusted hop may be made up; a list that holds
 * something else than addresses is not believed further than that.
 */
export function clientAddress(peer: string, forwarded: string | undefined, proxies: TrustedProxies): string {
  let address = plainAddress(peer) ?? peer
  const hops = (forwarded ?? '').split(',').reverse()
  for (const hop of hops) {
    if (!proxies.trusts(address)) return address
    const next = plainAddress(hop)
    if (next === null) return address
    address = next
  }
  return address
}

const privateRanges = createTrustedProxies([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
])

/** Whether an address is loopback or of a private network. */
export function isPrivateAddress(address: string): boolean {
  return privateRanges.trusts(address)
}

/** What limits count by: an IPv4 address, or the /64 of an IPv6 one, which one household or server holds whole. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const missing = address.includes('::') ? Math.max(0, 8 - left.length - right.length) : 0
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
