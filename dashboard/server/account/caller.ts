import type { ApiKeyRow } from './api-keys.ts'
import type { User } from './users.ts'

/** Who makes a request: nobody known, a person with a login, or a program with an API key of a person. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'login'; user: User; secret: string }
  | { kind: 'key'; user: User; scope: ApiKeyRow['scope'] }

/**
 * What a route asks of its caller. `read` and `manage` are open to API keys of that scope, never beyond what the
 * key's person may do. `signed_in` and `administer` want a person, so that a stolen API key cannot make others.
 */
export const accessLevels = ['anyone', 'read', 'manage', 'signed_in', 'administer'] as const
export type Access = (typeof accessLevels)[number]

/** The only place that decides who may do what. */
export function decideAccess(access: Access, caller: Caller): 'allowed' | 'unauthenticated' | 'forbidden' {
  if (access === 'anyone') return 'allowed'
  if (caller.kind === 'anonymous') return 'unauthenticated'
  const manages = caller.user.role === 'owner' || caller.user.role === 'admin'
  const allowed = {
    read: true,
    manage: manages && (caller.kind === 'login' || caller.scope === 'manage'),
    signed_in: caller.kind === 'login',
    administer: manages && caller.kind === 'login',
  }[access]
  return allowed ? 'allowed' : 'forbidden'
}
