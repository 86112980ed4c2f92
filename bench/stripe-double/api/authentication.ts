import type { Key, World } from '../books/world.ts'
import { type Answer, refuse } from './stripe-answers.ts'

/** Reads the key from a Bearer or Basic header: the key, or the 401 that Stripe would send. */
export function authenticate(
  world: World,
  header: string | undefined,
): { key: Key } | { text: string; refusal: Answer } {
  const text = keyInHeader(header)
  if (text === '') return { text, refusal: refuse.noKey() }
  if (text.startsWith('pk_')) return { text, refusal: refuse.publishableKey() }
  const key = world.keys.get(text)
  if (!key) return { text, refusal: refuse.unknownKey(text) }
  return key.revoked ? { text, refusal: refuse.revokedKey(text) } : { key }
}

function keyInHeader(header = ''): string {
  const space = header.indexOf(' ')
  const scheme = header.slice(0, space).toLowerCase()
  const credentials = header.slice(space + 1).trim()
  if (scheme === 'bearer') return credentials
  if (scheme !== 'basic') return ''
  return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? ''
}

/** The 403 for the first permission that the key lacks, or nothing. */
export function forbid(key: Key, permissions: Iterable<string>): Answer | undefined {
  for (const permission of permissions) {
    const allowed = !key.restricted || key.granted.has(permission)
    if (!allowed || key.missing.has(permission)) return refuse.permission(key, permission)
  }
  return undefined
}
