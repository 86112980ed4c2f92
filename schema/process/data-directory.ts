import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Role } from './service.ts'

const holder = z.object({ pid: z.number().int().positive(), born: z.string(), since: z.string() })

/** The lock was taken, or which process holds it. */
export type LockResult = { ok: true; release: () => void } | { ok: false; message: string }

// A process id is used again after a reboot or a wrap; with the start time of /proc the pair is unique. Elsewhere than
// on Linux the id alone has to do.
function birth(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readHolder(file: string): z.infer<typeof holder> | null {
  try {
    const parsed = holder.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (!parsed.success) return null
    const { pid, born } = parsed.data
    return isAlive(pid) && birth(pid) === born ? parsed.data : null
  } catch {
    return null
  }
}

/**
 * Takes the data directory for one role, so that two installations never write one journal. Makes the directory (mode
 * 0700) when it is missing. A lock left by a killed process is taken over.
 */
export function lockDataDirectory(dataDir: string, role: Role): LockResult {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, `${role}.lock`)
  const own = JSON.stringify({ pid: process.pid, born: birth(process.pid), since: new Date().toISOString() })
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, own, { flag: 'wx', mode: 0o600 })
      return { ok: true, release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      const other = readHolder(file)
      if (other) return { ok: false, message: heldBy(dataDir, role, other) }
      removeStale(file)
    }
  }
  return {
    ok: false,
    message: `The data directory ${resolve(dataDir)} is being taken by another process just now.`,
  }
}

// Two starters may find the same stale lock; the slower one must not remove what the faster has just taken.
function removeStale(file: string): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (readHolder(aside)) linkSync(aside, file)
  } catch {
    // The other starter was faster with one of the two steps: the next attempt meets its lock.
  } finally {
    rmSync(aside, { force: true })
  }
}

function heldBy(dataDir: string, role: Role, other: z.infer<typeof holder>): string {
  return (
    `The data directory ${resolve(dataDir)} is in use: process ${other.pid} runs its ${role} since ${other.since}. ` +
    'Nothing was changed. Stop that process, or set DATA_DIR to another directory.'
  )
}
