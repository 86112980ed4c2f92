import { BlockList, isIP } from 'node:net'
import { LRUCache } from 'lru-cache'

/** Reads request headers by their lower-case names; several lines of one name are joined by commas, in order. */
export type HeaderLines = (name: string) => string

/** How a request's client is found: which peers are believed, and the header in which they forward an address. */
export type ClientAddresses = {
  /** The client's address in canonical form: dotted IPv4, or IPv6 as the peer or proxy wrote it. */
  of: (peer: string, headers: HeaderLines) => string
  /** Whether an address in canonical form is a proxy whose word is believed. */
  trusts: (address: string) => boolean
}

type Options = {
  trustedProxies: readonly string[]
  header: string
  /** Called once, when a private address that is not trusted forwards one: every visitor would look like one. */
  onUntrustedProxy?: () => void
}

/**
 * Decides who a request comes from. The TCP peer, unless it is a trusted proxy: then the forwarding header is walked
 * from the right over trusted hops, and the first address that is not one of ours is the client. What is not an
 * address ends the walk, because whatever stands left of it was written by a stranger.
 */
export function createClientAddresses(options: Options): ClientAddresses {
  const { header } = options
  const trusted = blockList(options.trustedProxies)
  const isTrusted = cached((address) => trusted.check(address, family(address)))
  let warned = false
  const warnOnce = (peer: string, headers: HeaderLines) => {
    if (warned || headers(header) === '' || !isPrivateAddress(peer)) return
    warned = true
    options.onUntrustedProxy?.()
  }
  const of = (peer: string, headers: HeaderLines) => {
    let client = canonicalAddress(peer) ?? ''
    if (client === '') return client
    if (!isTrusted(client)) {
      warnOnce(client, headers)
      return client
    }
    const hops = headers(header).split(',')
    while (hops.length > 0 && isTrusted(client)) {
      const hop = canonicalAddress(withoutPort(hops.pop()?.trim() ?? ''))
      if (hop === null) break
      client = hop
    }
    return client
  }
  return { of, trusts: isTrusted }
}

const privateBlocks = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
])

/** Whether an address in canonical form is loopback or of a private network. */
export function isPrivateAddress(address: string): boolean {
  return privateBlocks.check(address, family(address))
}

function family(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

function cached(decide: (address: string) => boolean): (address: string) => boolean {
  const known = new LRUCache<string, boolean>({ max: 2_000 })
  return (address) => {
    let answer = known.get(address)
    if (answer === undefined) {
      answer = decide(address)
      known.set(address, answer)
    }
    return answer
  }
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    if (bits === undefined) list.addAddress(address, family(address))
    else list.addSubnet(address, Number(bits), family(address))
  }
  return list
}

/** Some proxies forward `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1]
  if (bracketed) return bracketed
  return /^[^:]+:\d{1,5}$/.test(text) ? text.slice(0, text.indexOf(':')) : text
}

/** An address as text, IPv4 in IPv6 (`::ffff:192.0.2.1`) as IPv4, or null for what is no address. */
export function canonicalAddress(text: string): string | null {
  const version = isIP(text)
  if (version === 4) return text
  if (version === 0) return null
  const groups = ipv6Groups(text)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!mapped) return text.toLowerCase()
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * What tells one household from another, for identity and limits: an IPv4 address whole, an IPv6 address's /64 (a
 * device changes the rest by itself).
 *
 * @param address canonical, as `canonicalAddress` gives it
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address
  return ipv6Groups(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** The eight groups of a valid IPv6 address. */
function ipv6Groups(address: string): number[] {
  const plain = (address.split('%')[0] ?? '').replace(/\d+\.\d+\.\d+\.\d+$/, (ipv4) => {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const left = parse(head)
  const right = parse(tail ?? '')
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}
