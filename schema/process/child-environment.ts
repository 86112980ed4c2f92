import type { Role } from './service.ts'

type Environment = Record<string, string | undefined>

const secrets = ['MASTER_KEY', 'MASTER_KEY_FILE', 'ADMIN_EMAIL', 'ADMIN_PASSWORD']

/** Whether a role opens Stripe keys. The collector, which strangers reach, never has the master key. */
export function needsMasterKey(role: Role): boolean {
  return role === 'verifier' || role === 'dashboard'
}

/** The environment of a role's process: what it needs of ours, without the secrets that it does not. */
export function childEnvironment(role: Role, own: Environment): Environment {
  const environment = { ...own }
  if (!needsMasterKey(role)) for (const name of secrets) delete environment[name]
  if (role === 'verifier') delete environment['ADMIN_PASSWORD']
  if (role === 'verifier') delete environment['ADMIN_EMAIL']
  // chDB's calls run on libuv's pool: with the default 4 threads four slow queries stop everything else. It takes the
  // server's time zone from TZ.
  return role === 'engine' ? { ...environment, UV_THREADPOOL_SIZE: '16', TZ: 'UTC' } : environment
}
