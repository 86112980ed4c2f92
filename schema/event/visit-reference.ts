import { createHmac, timingSafeEqual } from 'node:crypto'

const prefix = 'rt_'
const signatureBytes = 12

function sign(sessionIdBytes: Buffer, referenceKey: string): Buffer {
  return createHmac('sha256', Buffer.from(referenceKey, 'hex'))
    .update(sessionIdBytes)
    .digest()
    .subarray(0, signatureBytes)
}

/**
 * The opaque reference of a visit, which a page gives to Stripe as `client_reference_id`: `rt_` and 27 characters of
 * `[A-Za-z0-9_-]`, the session id with a truncated HMAC, so that no one can make up a visit.
 *
 * @param sessionId the visit's id
 * @param referenceKey the site's key, hexadecimal
 */
export function makeVisitReference(sessionId: bigint, referenceKey: string): string {
  const id = Buffer.alloc(8)
  id.writeBigUInt64BE(sessionId)
  return prefix + Buffer.concat([id, sign(id, referenceKey)]).toString('base64url')
}

/**
 * The session id in a reference that this site made, or null for anything else (an owner's own
 * `client_reference_id`, another site's reference, a forged one).
 */
export function readVisitReference(reference: string, referenceKey: string): bigint | null {
  if (!reference.startsWith(prefix)) return null
  const bytes = Buffer.from(reference.slice(prefix.length), 'base64url')
  if (bytes.length !== 8 + signatureBytes) return null
  const id = bytes.subarray(0, 8)
  return timingSafeEqual(sign(id, referenceKey), bytes.subarray(8)) ? id.readBigUInt64BE() : null
}
