import { stat } from 'node:fs/promises'
import type { Session } from 'chdb'
import { asClickHouseException, type ClickHouseException, exception } from './exception.ts'
import type { InsertWithData } from './insert-statement.ts'
import { type EngineLimits, prologueFor } from './limits.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import type { EngineRequest } from './request.ts'
import { openSession, SessionPool } from './session-pool.ts'
import type { Spool } from './spool.ts'
import { intoOutfile, type OtherStatement } from './statement.ts'
import type { EngineRole } from './users.ts'

/** What a query gave. A file is removed by whoever sends it. */
export type QueryAnswer = {
  format: string
  body: { bytes: Buffer } | { path: string; size: number }
  /** The fields of X-ClickHouse-Summary that chDB tells; it does not tell the rows that a read touched. */
  summary: Record<string, string>
}

/** Runs statements on sessions of their role, with the parameters and settings of one request and no other. */
export class QueryRunner {
  private readonly path: string
  private readonly results: Spool
  private readonly limits: EngineLimits
  private readonly pools: Record<EngineRole, SessionPool>

  /** @param options the engine's directory, and where results go that do not fit in memory */
  constructor(options: { path: string; results: Spool; limits: EngineLimits }) {
    this.path = options.path
    this.results = options.results
    this.limits = options.limits
    this.pools = { writer: this.poolFor('writer'), reader: this.poolFor('reader') }
  }

  /** Runs anything but an insert with rows. A read whose result is too large for memory runs again, into a file. */
  async read(role: EngineRole, request: EngineRequest, statement: OtherStatement): Promise<QueryAnswer> {
    const setup = setupFor(role, request, this.limits)
    requireParameters(request, statement.placeholders)
    const format = statement.format ?? request.defaultFormat ?? 'TabSeparated'
    return this.pools[role].run(async ({ session, discard }) => {
      requireClient(request)
      if (setup.sticks || statement.kind === 'change') discard()
      try {
        await setUp(session, setup.sql, discard)
        return await readInMemory(session, statement.sql, format)
      } catch (error) {
        const fault = asClickHouseException(error)
        if (!isOwnResultLimit(fault, request, statement)) throw fault
        discard()
        return this.readThroughFile(role, { setup: setup.sql, statement, format })
      }
    })
  }

  /** Inserts the rows of a file. */
  async insert(request: EngineRequest, statement: InsertWithData, bodyPath: string): Promise<QueryAnswer> {
    const setup = setupFor('writer', request, this.limits)
    requireParameters(request, statement.placeholders)
    const { head, settings, format } = statement
    const sql = `${head} FROM INFILE ${quoteString(bodyPath)} ${settings} FORMAT ${format}`
    return this.pools.writer.run(async ({ session, discard }) => {
      requireClient(request)
      if (setup.sticks) discard()
      try {
        await setUp(session, setup.sql, discard)
        const { elapsed, rowsRead, bytesRead } = await session.queryAsync(sql)
        const summary = writeSummary(elapsed, rowsRead, bytesRead)
        return { format, body: { bytes: Buffer.alloc(0) }, summary }
      } catch (error) {
        throw asClickHouseException(error, bodyPath)
      }
    })
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await Promise.all([this.pools.writer.idleness(), this.pools.reader.idleness()])
  }

  /** Closes the sessions. Call it when nothing runs. */
  close(): void {
    this.pools.writer.close()
    this.pools.reader.close()
  }

  private poolFor(role: EngineRole): SessionPool {
    const { sessions, waiting } = this.limits[role]
    return new SessionPool({
      path: this.path,
      prologue: prologueFor(role, this.limits),
      size: sessions,
      maxWaiting: waiting,
    })
  }

  private async readThroughFile(
    role: EngineRole,
    query: { setup: string; statement: OtherStatement; format: string },
  ): Promise<QueryAnswer> {
    const path = this.results.path()
    const session = await openSession(this.path, prologueFor(role, this.limits, 0))
    try {
      await session.queryAsync(query.setup)
      const sql = intoOutfile(query.statement, { path, format: query.format })
      const { elapsed, rowsRead } = await session.queryAsync(sql)
      const { size } = await stat(path)
      return { format: query.format, body: { path, size }, summary: readSummary(elapsed, rowsRead, size) }
    } catch (error) {
      await this.results.remove(path)
      throw asClickHouseException(error, path)
    } finally {
      session.close()
    }
  }
}

async function readInMemory(session: Session, sql: string, format: string): Promise<QueryAnswer> {
  const result = await session.queryAsync(sql, { format })
  const view = result.bytes()
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return { format, body: { bytes }, summary: readSummary(result.elapsed, result.rowsRead, bytes.length) }
}

// A query cannot be cancelled, but one that still waited need not begin.
function requireClient(request: EngineRequest): void {
  if (request.abandoned()) throw exception('ABORTED', 'The client went away before the query began.')
}

// A session keeps parameters from before, so a value that this request did not send would be some other request's.
function requireParameters(request: EngineRequest, placeholders: readonly string[]): void {
  const missing = placeholders.find((name) => !request.parameters.has(name))
  if (missing !== undefined)
    throw exception('UNKNOWN_QUERY_PARAMETER', `Substitution \`${missing}\` is not set.`)
}

const settingName = /^[A-Za-z_][A-Za-z0-9_.]*$/
const parameterName = /^[A-Za-z0-9_]+$/

function setupFor(
  role: EngineRole,
  request: EngineRequest,
  limits: EngineLimits,
): { sql: string; sticks: boolean } {
  const parameters = [...request.parameters].map(([name, value]) => {
    if (!parameterName.test(name)) throw exception('SYNTAX_ERROR', 'A parameter has a name that is none.')
    return `param_${name} = ${quoteString(value)}`
  })
  const settings = [...request.settings].map(([name, value]) => {
    if (!settingName.test(name)) throw exception('SYNTAX_ERROR', 'A setting has a name that is none.')
    if (role === 'writer') requireLimit(name, value, limits)
    return `${name} = ${quoteString(value)}`
  })
  // GET must not change anything: a server sets readonly = 2, which still allows settings
  const locks = role === 'writer' && request.readonly ? ['readonly = 2'] : []
  const groups = [parameters, settings, locks].filter((group) => group.length > 0)
  const sql = [
    `USE ${quoteIdentifier(request.database)}`,
    ...groups.map((group) => `SET ${group.join(', ')}`),
  ].join('; ')
  return { sql, sticks: settings.length > 0 || locks.length > 0 }
}

// 0 means no limit, and no query runs without one: it cannot be cancelled
function requireLimit(name: string, value: string, limits: EngineLimits): void {
  const most = new Map([
    ['max_execution_time', limits.writer.maxSeconds],
    ['max_memory_usage', limits.writer.memoryBytes],
  ]).get(name)
  if (most === undefined) return
  const asked = Number(value)
  if (!(asked > 0 && asked <= most)) {
    throw exception('SETTING_CONSTRAINT_VIOLATION', `Setting ${name} should be above 0 and at most ${most}.`)
  }
}

async function setUp(session: Session, sql: string, discard: () => void): Promise<void> {
  try {
    await session.queryAsync(sql)
  } catch (error) {
    discard()
    throw error
  }
}

function isOwnResultLimit(
  fault: ClickHouseException,
  request: EngineRequest,
  statement: OtherStatement,
): boolean {
  const asked = [...request.settings.keys()].some((name) => name.startsWith('max_result_'))
  return fault.code === 396 && fault.message.includes('max bytes') && !asked && statement.kind === 'read'
}

function readSummary(elapsed: number, rows: number, bytes: number): Record<string, string> {
  return { elapsed_ns: nanoseconds(elapsed), result_rows: String(rows), result_bytes: String(bytes) }
}

function writeSummary(elapsed: number, rows: number, bytes: number): Record<string, string> {
  return {
    elapsed_ns: nanoseconds(elapsed),
    read_rows: String(rows),
    read_bytes: String(bytes),
    written_rows: String(rows),
    written_bytes: String(bytes),
    result_rows: String(rows),
    result_bytes: String(bytes),
  }
}

function nanoseconds(seconds: number): string {
  return String(Math.round(seconds * 1e9))
}
