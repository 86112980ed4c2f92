import type { EngineRole } from './users.ts'

/** What one query of a role may use. */
export type RoleLimits = {
  /** Queries at once, each with a session of its own. */
  sessions: number
  /** Queries that may wait for a session. */
  waiting: number
  seconds: number
  /** The most that a request may ask for in its settings. */
  maxSeconds: number
  memoryBytes: number
  rowsToRead: number
}

export type EngineLimits = Record<EngineRole, RoleLimits> & {
  /** The body of an insert, unpacked. */
  bodyBytes: number
  /** A result up to this size (as columns in memory) is kept in memory; a larger one goes through a file. */
  resultBytes: number
}

const mebibyte = 1024 * 1024

/**
 * The limits for a machine of this much memory. Seven queries at once, with the heartbeat under eight, stay well below
 * the 16 threads that the parent gives libuv. A query gets an eighth of the memory, within 256 MiB and 2 GiB: all seven
 * together stay below what a machine of 2 GiB or more has, so that the kernel need not kill the engine.
 */
export function limitsFor(totalMemoryBytes: number): EngineLimits {
  const memoryBytes = Math.min(2048 * mebibyte, Math.max(256 * mebibyte, Math.floor(totalMemoryBytes / 8)))
  const shared = { waiting: 200, memoryBytes, rowsToRead: 20_000_000_000 }
  return {
    writer: { ...shared, sessions: 3, seconds: 120, maxSeconds: 3600 },
    reader: { ...shared, sessions: 4, seconds: 30, maxSeconds: 30 },
    bodyBytes: 4096 * mebibyte,
    resultBytes: 16 * mebibyte,
  }
}

/** The SQL that a session of a role runs before its first query. Nothing in it can be undone by the reader. */
export function prologueFor(
  role: EngineRole,
  limits: EngineLimits,
  resultBytes = limits.resultBytes,
): string[] {
  const { seconds, memoryBytes, rowsToRead } = limits[role]
  const settings = {
    max_execution_time: seconds,
    max_memory_usage: memoryBytes,
    max_rows_to_read: rowsToRead,
    max_result_bytes: resultBytes,
    result_overflow_mode: "'throw'",
    session_timezone: "'UTC'",
    // values of parameters are set by a statement; the front limits the text of the query itself
    max_query_size: 64 * mebibyte,
    // chDB's own defaults differ from a server's here
    implicit_select: 0,
    allow_introspection_functions: 0,
    log_queries: 0,
    // a confirmed insert is a stored one
    async_insert: 0,
  }
  const assignments = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const prologue = [`SET ${assignments.join(', ')}`]
  return role === 'reader' ? [...prologue, 'SET readonly = 1'] : prologue
}
