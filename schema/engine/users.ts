import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const credentials = z.object({ username: z.string().min(1), password: z.string().min(16) })
const engineUsers = z.object({ writer: credentials, reader: credentials })

/** The two users of the embedded engine: one that writes, and one whose queries cannot change anything. */
export type EngineUsers = z.infer<typeof engineUsers>
export type EngineRole = keyof EngineUsers

/**
 * Gives the engine's users from `DATA_DIR/engine-users.json`, which is made once with random passwords and mode 0600.
 * Several processes may ask at the same moment: the first file wins. Throws when others than the owner may read it.
 */
export function loadEngineUsers(dataDir: string): EngineUsers {
  const path = join(dataDir, 'engine-users.json')
  if (!existsSync(path)) createOnce(path, dataDir)
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${path} has mode ${mode.toString(8)}: others may read the engine's passwords. Run chmod 600 on it.`,
    )
  }
  return engineUsers.parse(JSON.parse(readFileSync(path, 'utf8')))
}

// A link fails when the name is taken, so no process ever sees half a file or replaces another's passwords.
function createOnce(path: string, dataDir: string): void {
  mkdirSync(dataDir, { recursive: true })
  const users: EngineUsers = {
    writer: { username: 'writer', password: randomBytes(24).toString('base64url') },
    reader: { username: 'reader', password: randomBytes(24).toString('base64url') },
  }
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, JSON.stringify(users, null, 2), { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The role of a name and password, or null. Takes the same time whichever of the two is wrong. */
export function authenticate(users: EngineUsers, username: string, password: string): EngineRole | null {
  const roles = ['writer', 'reader'] as const
  const matching = roles.filter((role) => {
    const sameName = equalInConstantTime(users[role].username, username)
    const samePassword = equalInConstantTime(users[role].password, password)
    return sameName && samePassword
  })
  return matching[0] ?? null
}

function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
