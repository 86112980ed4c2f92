import type { IncomingMessage } from 'node:http'
import { exception } from './exception.ts'

/** What a request asks for beside its body. */
export type EngineRequest = {
  username: string
  password: string
  /** The part of the query that is in the address. */
  query: string
  database: string
  defaultFormat: string | null
  queryId: string | null
  /** Values of `{name:Type}`, escaped as in TSV, as ClickHouse takes them. */
  parameters: ReadonlyMap<string, string>
  /** Settings for this query alone. */
  settings: ReadonlyMap<string, string>
  /** Whether the answer may be compressed, if the client accepts an encoding. */
  compress: boolean
  /** GET changes nothing, as on a server. */
  readonly: boolean
  /** Whether the client has gone away. */
  abandoned: () => boolean
}

// What a server takes for itself and no setting of a query. Some only have a meaning for long answers over proxies.
const taken = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'user',
  'password',
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'http_write_exception_in_output_format',
  'add_http_cors_header',
  'quota_key',
  'client_protocol_version',
])

const unsupported = ['session_id', 'role', 'compress', 'decompress', 'stacktrace']

/** Reads the address and headers of a request. Throws when it asks for what this front does not do. */
export function readRequest(request: IncomingMessage): EngineRequest {
  const search = new URL(request.url ?? '/', 'http://engine').searchParams
  for (const name of unsupported) {
    if (search.has(name) && search.get(name) !== '0') {
      throw exception('NOT_IMPLEMENTED', `The embedded engine does not support the parameter ${name}.`)
    }
  }
  return {
    ...readCredentials(request, search),
    query: search.get('query') ?? '',
    database: search.get('database') ?? header(request, 'x-clickhouse-database') ?? 'default',
    defaultFormat: search.get('default_format') ?? header(request, 'x-clickhouse-format'),
    queryId: search.get('query_id'),
    parameters: new Map(parametersOf(search)),
    settings: new Map(
      [...search].filter(
        ([name]) => !taken.has(name) && !unsupported.includes(name) && !name.startsWith('param_'),
      ),
    ),
    compress: search.get('enable_http_compression') === '1',
    readonly: request.method !== 'POST',
    abandoned: () => request.socket.destroyed,
  }
}

/** The `param_*` entries of a query string or a form, without their prefix. */
export function parametersOf(entries: Iterable<[string, string]>): [string, string][] {
  return [...entries].flatMap(([name, value]) =>
    name.startsWith('param_') ? [[name.slice('param_'.length), value] satisfies [string, string]] : [],
  )
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

function readCredentials(request: IncomingMessage, search: URLSearchParams) {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return colon < 0
      ? { username: text, password: '' }
      : { username: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  return {
    username: header(request, 'x-clickhouse-user') ?? search.get('user') ?? '',
    password: header(request, 'x-clickhouse-key') ?? search.get('password') ?? '',
  }
}
