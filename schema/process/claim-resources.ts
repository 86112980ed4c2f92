import type { Config } from '../config.ts'
import { lockDataDirectory } from './data-directory.ts'
import { isPortFree } from './free-port.ts'
import type { Role } from './service.ts'

/** The resources are had, or a sentence says who has them or why they cannot be. */
export type ClaimResult = { ok: true; release: () => void } | { ok: false; message: string }

type Listening = { name: string; port: number; host: string }

function listeningOf(role: Role, config: Config): Listening {
  switch (role) {
    case 'engine':
      return { name: 'ENGINE_PORT', port: config.ENGINE_PORT, host: '127.0.0.1' }
    case 'collector':
      return { name: 'COLLECTOR_PORT', port: config.COLLECTOR_PORT, host: config.HOST }
    case 'verifier':
      return { name: 'VERIFIER_PORT', port: config.VERIFIER_PORT, host: '127.0.0.1' }
    case 'dashboard':
      return { name: 'DASHBOARD_PORT', port: config.DASHBOARD_PORT, host: config.HOST }
  }
}

/**
 * Takes what the roles must have for themselves: their locks in the data directory and their ports. All or nothing, so
 * that a start which cannot succeed changes nothing.
 */
export async function claimResources(roles: readonly Role[], config: Config): Promise<ClaimResult> {
  const releases: (() => void)[] = []
  const release = () => {
    for (const each of releases.splice(0)) each()
  }
  for (const role of roles) {
    const fault = takeLock(role, config, releases) ?? (await portFault(listeningOf(role, config)))
    if (fault === null) continue
    release()
    return { ok: false, message: fault }
  }
  return { ok: true, release }
}

function takeLock(role: Role, config: Config, releases: (() => void)[]): string | null {
  try {
    const lock = lockDataDirectory(config.DATA_DIR, role)
    if (!lock.ok) return lock.message
    releases.push(lock.release)
    return null
  } catch (error) {
    return `The data directory ${config.DATA_DIR} cannot be written (${words(error)}). Nothing was started. Set DATA_DIR to a directory that this user owns.`
  }
}

async function portFault({ name, port, host }: Listening): Promise<string | null> {
  try {
    if (await isPortFree(port, host)) return null
    return `Port ${port} is taken by another program. Nothing was started. Set ${name} to a free port, or stop that program.`
  } catch (error) {
    return `Nothing can listen on ${host} port ${port} (${words(error)}). Nothing was started. Check HOST and ${name}.`
  }
}

function words(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
