import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { finished, PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'
import type { Logger } from 'pino'
import { probeAnswer, type Readiness } from '../process/probes.ts'
import { type Head, readForm, readHead, unpackedBody } from './body.ts'
import { asClickHouseException, exception, exceptionBody } from './exception.ts'
import { contentTypeOf } from './format.ts'
import type { QueryAnswer, QueryRunner } from './query-runner.ts'
import { type EngineRequest, readRequest } from './request.ts'
import { type Spool, writeToSpool } from './spool.ts'
import { parseStatement, refuseForRole } from './statement.ts'
import { authenticate, type EngineRole, type EngineUsers } from './users.ts'

/** What the front needs of the engine. */
export type FrontOptions = {
  users: EngineUsers
  runner: QueryRunner
  inserts: Spool
  results: Spool
  /** The version of ClickHouse, as in `SELECT version()`. */
  version: string
  bodyBytes: number
  readiness: () => Readiness
  log: Logger
}

// A server takes up to 256 KiB of query text by default (max_query_size); forms carry long lists of parameters.
const maxQueryBytes = 1024 * 1024
const maxFormBytes = 16 * 1024 * 1024
// Parameters are part of the address. A server allows 1 MiB (http_max_uri_size).
const maxHeaderBytes = 1024 * 1024

/** The ClickHouse HTTP interface: https://clickhouse.com/docs/interfaces/http. The caller listens. */
export function createFront(options: FrontOptions): Server {
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 10_000 },
    (request, response) => {
      void answer(request, response, options).catch((error: unknown) =>
        fail(request, response, { error, options }),
      )
    },
  )
  // a large insert may take longer than node's five minutes
  server.requestTimeout = 3_600_000
  return server
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  refuseBrowsers(request)
  const path = request.url?.split('?')[0] ?? '/'
  const probe = probeAnswer(path, options.readiness)
  if (probe) return send(response, probe.status, 'application/json', probe.body)
  if (path === '/ping' || path === '/replicas_status')
    return send(response, 200, 'text/html; charset=UTF-8', 'Ok.\n')
  if (path !== '/') return send(response, 404, 'text/plain; charset=UTF-8', notFound(path))
  const bare = request.method === 'GET' && !request.url?.includes('?')
  if (bare) return send(response, 200, 'text/html; charset=UTF-8', 'Ok.\n')
  if (!['GET', 'HEAD', 'POST'].includes(request.method ?? '')) {
    throw exception('NOT_IMPLEMENTED', `The method ${request.method} is not supported.`)
  }
  await answerQuery(request, response, options)
}

function notFound(path: string): string {
  return `There is no handle ${path}\n\nUse / or /ping for health checks.\nSend queries from your program with POST method or GET /?query=...\n`
}

// A page in a browser can post to loopback, and a name of its own can point there (DNS rebinding).
function refuseBrowsers(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site']
  if (request.headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    throw exception('ACCESS_DENIED', 'Requests from web pages are refused.')
  }
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')) {
    throw exception('ACCESS_DENIED', 'The Host header must name this machine: 127.0.0.1 or localhost.')
  }
}

async function answerQuery(request: IncomingMessage, response: ServerResponse, options: FrontOptions) {
  const asked = readRequest(request)
  const role = roleOf(asked, options.users)
  response.setHeader('X-ClickHouse-Query-Id', headerText(asked.queryId ?? ''))
  const isForm = request.headers['content-type']?.startsWith('multipart/form-data') ?? false
  const form = isForm ? await readForm(request, maxFormBytes) : null
  const merged =
    form === null ? asked : { ...asked, parameters: new Map([...asked.parameters, ...form.parameters]) }
  const text = form === null ? asked.query : form.query || asked.query
  const body = form === null ? unpackedBody(request) : Readable.from([])
  const result = await run(role, merged, { text, body, options })
  await sendAnswer(request, response, { result, asked, options })
}

function roleOf(asked: EngineRequest, users: EngineUsers): EngineRole {
  if (asked.username === '') throw exception('REQUIRED_PASSWORD', 'Authentication failed: no user was given.')
  const role = authenticate(users, asked.username, asked.password)
  if (role !== null) return role
  throw exception(
    'AUTHENTICATION_FAILED',
    `${asked.username}: Authentication failed: password is incorrect, or there is no user with such name.`,
  )
}

async function run(
  role: EngineRole,
  asked: EngineRequest,
  input: { text: string; body: Readable; options: FrontOptions },
): Promise<QueryAnswer> {
  const head = await readHead(input.body, maxQueryBytes)
  try {
    return await runStatement(role, asked, { text: input.text, head, options: input.options })
  } finally {
    head.rest.destroy()
  }
}

async function runStatement(
  role: EngineRole,
  asked: EngineRequest,
  input: { text: string; head: Head; options: FrontOptions },
): Promise<QueryAnswer> {
  const { runner, inserts, bodyBytes } = input.options
  const { head } = input
  const text = Buffer.concat([
    Buffer.from(input.text),
    Buffer.from(input.text === '' ? '' : '\n'),
    head.start,
  ])
  const statement = parseStatement(text.toString('latin1'), head.complete)
  refuseForRole(statement, role)
  if (statement.kind !== 'insert') return runner.read(role, asked, statement)
  if (asked.readonly) throw exception('READONLY', 'Cannot insert with GET: use POST.')
  const path = inserts.path()
  try {
    await writeToSpool(path, { start: text.subarray(statement.dataAt), rest: head.rest, maxBytes: bodyBytes })
    return await runner.insert(asked, statement, path)
  } finally {
    await inserts.remove(path)
  }
}

async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answered: { result: QueryAnswer; asked: EngineRequest; options: FrontOptions },
): Promise<void> {
  const { result, asked, options } = answered
  // a server that stops waits for its connections to end
  if (!options.readiness().ready) response.shouldKeepAlive = false
  const { body } = result
  const encoding = asked.compress ? encodingFor(request.headers['accept-encoding']) : null
  response.setHeader('Content-Type', contentTypeOf(result.format))
  response.setHeader('X-ClickHouse-Format', headerText(result.format))
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
  response.setHeader('X-ClickHouse-Server-Display-Name', 'revtrail')
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(result.summary))
  if (encoding === null) response.setHeader('Content-Length', 'bytes' in body ? body.bytes.length : body.size)
  else response.setHeader('Content-Encoding', encoding)
  try {
    if ('bytes' in body && encoding === null) response.end(body.bytes)
    else {
      const source = 'bytes' in body ? Readable.from([body.bytes]) : createReadStream(body.path)
      await pipeline(source, encoding === null ? new PassThrough() : encoderOf(encoding), response)
    }
  } finally {
    if ('path' in body) await options.results.remove(body.path)
  }
}

const encodings = ['gzip', 'zstd', 'br', 'deflate'] as const

function encodingFor(accepted: string | string[] | undefined): (typeof encodings)[number] | null {
  const names = String(accepted ?? '')
    .split(',')
    .map((part) => part.split(';')[0]?.trim())
  return encodings.find((encoding) => names.includes(encoding)) ?? null
}

function encoderOf(encoding: (typeof encodings)[number]) {
  if (encoding === 'gzip') return createGzip({ level: 3 })
  if (encoding === 'zstd') return createZstdCompress()
  if (encoding === 'br') return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
  return createDeflate({ level: 3 })
}

function fail(
  request: IncomingMessage,
  response: ServerResponse,
  failed: { error: unknown; options: FrontOptions },
): void {
  const { log, version } = failed.options
  // the client went away: nobody is left to tell
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const fault = asClickHouseException(failed.error)
  if (fault.type === 'NOT_ENOUGH_SPACE') log.error({ err: failed.error }, 'the disk of the database is full')
  if (fault.type === 'LOGICAL_ERROR') log.error({ err: failed.error }, 'a query failed in the engine itself')
  response.setHeader('X-ClickHouse-Exception-Code', fault.code)
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
  response.setHeader('X-ClickHouse-Server-Display-Name', 'revtrail')
  if (fault.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse server HTTP API"')
  const body = exceptionBody(fault, version)
  afterBody(request, () => send(response, fault.status, 'text/plain; charset=UTF-8', body))
}

// A client that still sends its body reads no answer, and closing on it would reset the connection.
function afterBody(request: IncomingMessage, answer: () => void): void {
  if (request.complete) {
    answer()
    return
  }
  request.unpipe()
  request.on('data', () => undefined)
  finished(request, answer)
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

// a header holds no line break
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '_')
}
