import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { drainPending, Session } from 'chdb'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Readiness } from '../process/probes.ts'
import { stopListening } from '../process/stop-listening.ts'
import { createFront } from './http-front.ts'
import { limitsFor, prologueFor } from './limits.ts'
import { QueryRunner } from './query-runner.ts'
import { openSpool } from './spool.ts'
import type { EngineUsers } from './users.ts'

/** A part that ClickHouse set aside when it opened the data: its rows are missing from every answer. */
const detachedPart = z.object({
  database: z.string(),
  table: z.string(),
  name: z.string(),
  reason: z.string(),
})
export type DetachedPart = z.infer<typeof detachedPart>

/** A running engine. */
export type Engine = {
  port: number
  url: string
  detachedParts: readonly DetachedPart[]
  /** Resolves when the engine answers. It has a session of its own, so it never waits behind queries. */
  heartbeat: () => Promise<void>
  /** Stops listening, gives queries 2 s to finish, ends those that do not, and closes the data. */
  close: () => Promise<void>
}

/**
 * Opens `dataDir/clickhouse` and serves the ClickHouse HTTP interface on 127.0.0.1. It belongs into a process of its own,
 * which its parent starts with UV_THREADPOOL_SIZE=16 (queries run on libuv's threads) and TZ=UTC (the time zone of the
 * server, which chDB takes from the environment).
 *
 * @param port 0 picks a free one
 * @throws when another process has the directory, with code 76 and its process id, or when the port is taken
 */
export async function startEngine(options: {
  dataDir: string
  port: number
  users: EngineUsers
  log: Logger
}): Promise<Engine> {
  const { dataDir, port, users, log } = options
  const path = join(dataDir, 'clickhouse')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const results = openSpool(join(dataDir, 'engine-results'))
  const inserts = openSpool(join(dataDir, 'engine-inserts'))
  const limits = limitsFor(totalmem())
  const pulse = openData(path)
  const runner = new QueryRunner({ path, results, limits })
  const state = { closing: false }
  const readiness = (): Readiness =>
    state.closing ? { ready: false, why: 'the engine is stopping' } : { ready: true }
  try {
    for (const sql of prologueFor('writer', limits)) await pulse.queryAsync(sql)
    const version = await readVersion(pulse, log)
    const detachedParts = await readDetachedParts(pulse, log)
    const { bodyBytes } = limits
    const front = createFront({ users, runner, inserts, results, version, bodyBytes, readiness, log })
    const listening = await listen(front, port)
    log.info({ port: listening, version }, 'the engine listens')
    const close = async () => {
      state.closing = true
      const ended = await stopListening(front)
      if (!ended)
        await endQueries(path).catch((error: unknown) => log.error({ err: error }, 'queries were not ended'))
      await closeData(runner, pulse)
    }
    const url = `http://127.0.0.1:${listening}`
    return { port: listening, url, detachedParts, heartbeat: heartbeatOf(pulse), close }
  } catch (error) {
    await closeData(runner, pulse)
    throw error
  }
}

// closing a connection under a running query aborts the whole engine
async function closeData(runner: QueryRunner, pulse: Session): Promise<void> {
  await runner.idle()
  await drainPending()
  runner.close()
  pulse.close()
  await drainPending()
}

// What still runs has no one left to tell, and would keep the data open for as long as its limit lets it (an hour at
// most). A session of its own, because the heartbeat may have the other one.
async function endQueries(path: string): Promise<void> {
  const session = new Session(path)
  await session.queryAsync('KILL QUERY WHERE query_id != queryID() ASYNC')
  session.close()
}

// a session runs one query at a time, so a beat that comes too early shares the answer of the one before
function heartbeatOf(session: Session): () => Promise<void> {
  let beat: Promise<void> | null = null
  return () => {
    beat ??= session
      .queryAsync('SELECT 1')
      .then(() => undefined)
      .finally(() => {
        beat = null
      })
    return beat
  }
}

// chDB prints the reason of a failed open to stderr and tells the caller none; the lock file names its holder.
function openData(path: string): Session {
  try {
    return new Session(path)
  } catch (error) {
    const holder = holderOf(path)
    if (holder === null)
      throw new Error(`Cannot open the data in ${path}: see the lines above`, { cause: error })
    throw new Error(
      `Code: 76. DB::Exception: Cannot lock ${path}: process ${holder} has it open. Stop that one, or use another DATA_DIR. (CANNOT_OPEN_FILE)`,
      { cause: error },
    )
  }
}

function holderOf(path: string): number | null {
  const status = join(path, 'status')
  if (!existsSync(status)) return null
  const pid = Number(/^PID: (\d+)/m.exec(readFileSync(status, 'utf8'))?.[1])
  if (!Number.isSafeInteger(pid)) return null
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? pid : null
  }
}

async function readVersion(session: Session, log: Logger): Promise<string> {
  const sql = 'SELECT version() AS version, serverTimezone() AS timezone'
  const result = await session.queryAsync(sql, { format: 'JSONEachRow' })
  const identity = z.object({ version: z.string(), timezone: z.string() }).parse(JSON.parse(result.text()))
  const { timezone } = identity
  if (timezone !== 'UTC' && timezone !== 'Etc/UTC')
    log.warn({ timezone }, 'the engine should be started with TZ=UTC')
  return identity.version
}

async function readDetachedParts(session: Session, log: Logger): Promise<DetachedPart[]> {
  const sql = "SELECT database, table, name, ifNull(reason, '') AS reason FROM system.detached_parts"
  const result = await session.queryAsync(sql, { format: 'JSONEachRow' })
  const lines = result
    .text()
    .split('\n')
    .filter((line) => line !== '')
  const parts = lines.map((line) => detachedPart.parse(JSON.parse(line)))
  for (const part of parts) log.error(part, 'ROWS ARE MISSING: the engine set a damaged part aside')
  return parts
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the engine listens on no port')
  return address.port
}
