import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the master key may come from, as configured. */
export type MasterKeySource = {
  MASTER_KEY?: string | undefined
  MASTER_KEY_FILE?: string | undefined
  DATA_DIR: string
}

/**
 * The 32-byte key that encrypts Stripe keys. Without one configured it is made once in `DATA_DIR/master.key`, mode
 * 0600. Only the verifier and the dashboard call this.
 *
 * @throws Error when the file can be read by others, or does not hold 64 hexadecimal digits
 */
export function loadMasterKey(source: MasterKeySource): Buffer {
  if (source.MASTER_KEY) return Buffer.from(source.MASTER_KEY, 'hex')
  const file = source.MASTER_KEY_FILE ?? join(source.DATA_DIR, 'master.key')
  if (!source.MASTER_KEY_FILE && !existsSync(file)) create(file, source.DATA_DIR)
  if ((statSync(file).mode & 0o077) !== 0)
    throw new Error(`The master key ${file} can be read by other users. Run: chmod 600 ${file}`)
  const text = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-fA-F]{64}$/.test(text))
    throw new Error(
      `The master key ${file} must hold 64 hexadecimal digits. Restore it from a backup; without it saved Stripe keys cannot be read.`,
    )
  return Buffer.from(text, 'hex')
}

// link() fails when the file exists, so two processes that start at once agree on one key.
function create(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    rmSync(draft)
  }
}
