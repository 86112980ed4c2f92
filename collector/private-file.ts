import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** The text of a file, or null when there is none. */
export function readPrivateFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/**
 * Replaces a file that only its owner can read (0600), whole or not at all, durably. The former content is overwritten
 * on the disk before it is given up, because it may hold a salt that must be destroyed.
 */
export function replacePrivateFile(path: string, text: string): void {
  const next = `${path}.next`
  const file = openSync(next, 'w', 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  const former = readPrivateFile(path)
  if (former === null) renameSync(next, path)
  else {
    const old = openSync(path, 'r+')
    renameSync(next, path)
    writeSync(old, Buffer.alloc(Buffer.byteLength(former)))
    fsyncSync(old)
    closeSync(old)
  }
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
