import { createHmac } from 'node:crypto'

/** What tells one visitor of a site from another for a day. Held in memory only, never written anywhere. */
export type VisitorTraits = {
  site_id: number
  /** As `addressKey` gives it: IPv4, or the /64 of IPv6. */
  addressKey: string
  userAgent: string
}

/**
 * A visitor's id: the first 8 bytes of HMAC-SHA-256(salt; site, address, user agent), each part preceded by its length,
 * so that no two visitors share a message. Never 0, which stands for a view without a visitor.
 *
 * @param salt the salt of the site's local day
 */
export function visitorId(salt: Buffer, traits: VisitorTraits): bigint {
  const parts = [String(traits.site_id), traits.addressKey, traits.userAgent]
  const message = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
  const id = createHmac('sha256', salt).update(message).digest().readBigUInt64BE(0)
  return id === 0n ? 1n : id
}
