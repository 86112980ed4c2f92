import { request as httpRequest } from 'node:http'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openClients, rowsOf, type TestClients } from './client-for-tests.ts'

let clients: TestClients
beforeAll(async () => {
  clients = await openClients()
})
afterAll(() => clients.close())

type Sent = { method?: string; headers?: Record<string, string>; body?: string | Buffer }

// fetch would set and hide headers of its own
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const url = new URL(path, inject('engineUrl'))
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer; text: string }>(
    (resolve, reject) => {
      const request = httpRequest(url, { method, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const all = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: all,
            text: all.toString(),
          })
        })
      })
      request.on('error', reject)
      request.end(body)
    },
  )
}

function basic(role: 'writer' | 'reader'): string {
  const { username, password } = inject('engineUsers')[role]
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function query(sql: string, more = ''): string {
  return `/?database=${clients.database}&query=${encodeURIComponent(sql)}${more}`
}

describe('paths', () => {
  test.each([
    ['/ping', 200, 'Ok.\n'],
    ['/replicas_status', 200, 'Ok.\n'],
    ['/', 200, 'Ok.\n'],
    ['/health', 200, '{"status":"ok"}'],
    ['/ready', 200, '{"ready":true}'],
  ])('%s', async (path, status, text) => {
    expect(await send(path)).toMatchObject({ status, text })
  })

  test.each(['/play', '/dashboard', '/ping/x', '/query'])('%s is not there', async (path) => {
    expect(await send(path)).toMatchObject({ status: 404 })
  })
})

describe('who may ask', () => {
  const users = () => inject('engineUsers')
  test('the password in any of the ways that clients use', async () => {
    const { username, password } = users().reader
    const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
    expect(await send(query('SELECT 1'), { headers })).toMatchObject({ status: 200, text: '1\n' })
    const inAddress = `&user=${username}&password=${encodeURIComponent(password)}`
    expect(await send(query('SELECT 1', inAddress))).toMatchObject({ status: 200, text: '1\n' })
    expect(await send(query('SELECT 1'), { headers: { Authorization: basic('reader') } })).toMatchObject({
      status: 200,
    })
  })

  test('a wrong password, a wrong name, and none', async () => {
    const wrong = { 'X-ClickHouse-User': 'writer', 'X-ClickHouse-Key': users().reader.password }
    const answer = await send(query('SELECT 1'), { headers: wrong })
    expect(answer).toMatchObject({ status: 403, headers: { 'x-clickhouse-exception-code': '516' } })
    expect(answer.text).toMatch(
      /^Code: 516\. DB::Exception: writer: Authentication failed.* \(AUTHENTICATION_FAILED\) \(version 2/,
    )
    const unknown = { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': '' }
    expect(await send(query('SELECT 1'), { headers: unknown })).toMatchObject({ status: 403 })
    expect(await send(query('SELECT 1'))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="ClickHouse server HTTP API"' },
    })
  })

  test.each([
    ['an Origin', { Origin: 'https://evil.example' }],
    ['the null Origin', { Origin: 'null' }],
    ['a page without Origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a rebound name', { Host: 'evil.example:8123' }],
    ['a name that looks like ours', { Host: '127.0.0.1.evil.example' }],
  ])('%s is refused even with the password', async (_, headers) => {
    const answer = await send(query('SELECT 1'), { headers: { ...headers, Authorization: basic('writer') } })
    expect(answer).toMatchObject({ status: 403, headers: { 'x-clickhouse-exception-code': '497' } })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('a page cannot even ping', async () => {
    expect(await send('/ping', { headers: { Origin: 'https://evil.example' } })).toMatchObject({
      status: 403,
    })
  })
})

describe('as curl and Grafana ask', () => {
  const authorization = () => ({ Authorization: basic('writer') })

  test('the query in the body, in the address, or in both', async () => {
    const headers = { ...authorization(), 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(await send('/', { method: 'POST', headers, body: 'SELECT 1 + 1' })).toMatchObject({ text: '2\n' })
    expect(await send(query('SELECT 3'), { headers })).toMatchObject({ text: '3\n' })
    expect(await send(query('SELECT 4'), { method: 'POST', headers, body: 'FORMAT CSV' })).toMatchObject({
      text: '4\n',
    })
    expect(await send('/?', { method: 'POST', headers, body: 'SELECT 5;\n' })).toMatchObject({ text: '5\n' })
  })

  test('formats, by clause, parameter and header', async () => {
    const headers = authorization()
    const json = await send(query('SELECT 1 AS a FORMAT JSONEachRow'), { headers })
    expect(json).toMatchObject({
      text: '{"a":1}\n',
      headers: {
        'content-type': 'application/x-ndjson; charset=UTF-8',
        'x-clickhouse-format': 'JSONEachRow',
        'x-clickhouse-timezone': 'UTC',
      },
    })
    expect(await send(query("SELECT 'a' AS a", '&default_format=CSV'), { headers })).toMatchObject({
      text: '"a"\n',
    })
    const asked = await send(query('SELECT 1 AS a'), {
      headers: { ...headers, 'X-ClickHouse-Format': 'JSONCompact' },
    })
    expect(JSON.parse(asked.text)).toMatchObject({ data: [[1]], rows: 1 })
    expect(await send(query('SELECT 1 FORMAT Nope'), { headers })).toMatchObject({ status: 404 })
  })

  test('the version, the query id and the summary', async () => {
    const answer = await send(query('SELECT version()', '&query_id=my-id'), { headers: authorization() })
    expect(answer.text).toMatch(/^\d+\.\d+/)
    expect(answer.headers['x-clickhouse-query-id']).toBe('my-id')
    expect(JSON.parse(String(answer.headers['x-clickhouse-summary']))).toMatchObject({ result_rows: '1' })
  })

  test('GET changes nothing', async () => {
    const headers = authorization()
    const sql = `CREATE TABLE ${clients.database}.by_get (a UInt8) ENGINE = MergeTree ORDER BY a`
    expect(await send(query(sql), { headers })).toMatchObject({
      headers: { 'x-clickhouse-exception-code': '164' },
    })
    expect(await send(query('INSERT INTO x VALUES (1)'), { headers })).toMatchObject({
      headers: { 'x-clickhouse-exception-code': '164' },
    })
    expect(await send(query(sql), { method: 'POST', headers })).toMatchObject({ status: 200, text: '' })
  })

  test.each([
    ['session_id', 'x'],
    ['decompress', '1'],
    ['role', 'admin'],
  ])('what is not supported says so: %s', async (name, value) => {
    const answer = await send(query('SELECT 1', `&${name}=${value}`), { headers: authorization() })
    expect(answer).toMatchObject({ status: 501, headers: { 'x-clickhouse-exception-code': '48' } })
  })

  test.each([
    ['SELEC 1', 400, '62'],
    ['SELECT * FROM nope', 404, '60'],
    ['SELECT nope', 404, '47'],
    ['SELECT nope(1)', 404, '46'],
    ['SELECT 1; SELECT 2', 400, '62'],
    ["SELECT toUInt8('x')", 400, '6'],
    ['SELECT throwIf(1)', 500, '395'],
    ['', 400, '62'],
  ])('%j: %i, code %s', async (sql, status, code) => {
    const answer = await send('/', { method: 'POST', headers: authorization(), body: sql })
    expect(answer).toMatchObject({ status, headers: { 'x-clickhouse-exception-code': code } })
    expect(answer.text).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: [^]+ \\([A-Z_]+\\) \\(version [^)]+\\)\\n$`),
    )
  })

  test('an unknown database and an unknown setting', async () => {
    const headers = authorization()
    expect(await send('/?database=nope&query=SELECT+1', { headers })).toMatchObject({
      status: 404,
      headers: { 'x-clickhouse-exception-code': '81' },
    })
    expect(await send(query('SELECT 1', '&nope_setting=1'), { headers })).toMatchObject({
      status: 404,
      headers: { 'x-clickhouse-exception-code': '115' },
    })
    expect(await send(query('SELECT 1', "&x'=1"), { headers })).toMatchObject({ status: 400 })
  })
})

describe('compression', () => {
  test('of answers, when asked for', async () => {
    const headers = { Authorization: basic('reader'), 'Accept-Encoding': 'gzip, deflate' }
    const answer = await send(query('SELECT * FROM numbers(1000)', '&enable_http_compression=1'), { headers })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(answer.body).toString().split('\n')).toHaveLength(1001)
    const plain = await send(query('SELECT 1'), { headers })
    expect(plain.headers['content-encoding']).toBeUndefined()
  })

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('of bodies: %s', async (encoding, compress) => {
    const headers = { Authorization: basic('writer'), 'Content-Encoding': encoding }
    const answer = await send('/', { method: 'POST', headers, body: compress(Buffer.from('SELECT 42')) })
    expect(answer).toMatchObject({ status: 200, text: '42\n' })
    const damaged = await send('/', { method: 'POST', headers, body: 'SELECT 42' })
    expect(damaged).toMatchObject({ headers: { 'x-clickhouse-exception-code': '271' } })
  })

  test('an encoding that is not known', async () => {
    const headers = { Authorization: basic('writer'), 'Content-Encoding': 'lz4' }
    expect(await send('/', { method: 'POST', headers, body: 'x' })).toMatchObject({ status: 501 })
  })
})

describe('inserts', () => {
  const headers = () => ({ Authorization: basic('writer') })
  const post = (path: string, body: string | Buffer) =>
    send(path, { method: 'POST', headers: headers(), body })

  beforeAll(async () => {
    await clients.writer.command({
      query: "CREATE TABLE i (a UInt32, b String DEFAULT 'd') ENGINE = MergeTree ORDER BY a",
    })
  })

  test.each([
    ['the rows in the body', 'INSERT INTO i FORMAT JSONEachRow', '{"a":1}\n{"a":1,"b":"x"}', 1, 2],
    ['no rows', 'INSERT INTO i FORMAT TSV', '', 2, 0],
    ['values', 'INSERT INTO i VALUES', "(3, DEFAULT), (3, upper('x')), (3, ')')", 3, 3],
    ['columns', 'INSERT INTO i (b, a) FORMAT CSV', '"x, y",4', 4, 1],
    ['all columns but one', 'INSERT INTO i (* EXCEPT (b)) FORMAT TSV', '5\n5', 5, 2],
    [
      'settings',
      'INSERT INTO i SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow',
      '{"a":6,"z":1}',
      6,
      1,
    ],
  ])('%s', async (_, sql, body, a, expected) => {
    const answer = await post(query(sql), body)
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(JSON.parse(String(answer.headers['x-clickhouse-summary']))).toMatchObject({
      written_rows: String(expected),
    })
    expect(
      await rowsOf(clients.reader, 'SELECT toUInt32(count()) AS n FROM i WHERE a = {a:UInt32}', { a }),
    ).toEqual([{ n: expected }])
  })

  test('the statement and its rows in one body', async () => {
    const path = `/?database=${clients.database}`
    const rows = Array.from({ length: 200_000 }, (_, n) => `10\tit's "${n}"`).join('\n')
    expect(await post(path, `INSERT INTO i FORMAT TSV\n${rows}\n`)).toMatchObject({ status: 200 })
    expect(await post(path, "INSERT INTO i VALUES (11, 'a;b'), (11, '--')")).toMatchObject({ status: 200 })
    expect(await post(path, 'INSERT INTO i SELECT 12, toString(number) FROM numbers(5)')).toMatchObject({
      status: 200,
    })
    expect(
      await rowsOf(
        clients.reader,
        'SELECT a, toUInt32(count()) AS n FROM i WHERE a >= 10 GROUP BY a ORDER BY a',
      ),
    ).toEqual([
      { a: 10, n: 200_000 },
      { a: 11, n: 2 },
      { a: 12, n: 5 },
    ])
  })

  test('one bad row refuses them all, and the answer tells no path', async () => {
    const answer = await post(query('INSERT INTO i FORMAT JSONEachRow'), '{"a":20}\n{"a":"zz"}')
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.text).not.toContain('/')
    expect(await rowsOf(clients.reader, 'SELECT a FROM i WHERE a = 20')).toEqual([])
  })

  test('a body that breaks off inserts nothing', async () => {
    const url = new URL(query('INSERT INTO i FORMAT TSV'), inject('engineUrl'))
    const broken = new Promise<void>((resolve) => {
      const request = httpRequest(url, {
        method: 'POST',
        headers: { ...headers(), 'Content-Length': '100000' },
      })
      request.on('error', () => resolve())
      request.write('21\tx\n21\ty\n', () => request.destroy())
    })
    await broken
    await post(query('INSERT INTO i FORMAT TSV'), '22\tx')
    expect(await rowsOf(clients.reader, 'SELECT a FROM i WHERE a IN (21, 22)')).toEqual([{ a: 22 }])
  })

  test('a refused body is answered, however long it is', async () => {
    const body = Buffer.alloc(20_000_000, 'x')
    expect(await post(query('SELECT 1'), body)).toMatchObject({ status: 400 })
    expect(await post(query('INSERT INTO nope FORMAT TSV'), body)).toMatchObject({ status: 404 })
    const wrong = { Authorization: 'Basic eDp5' }
    expect(await send(query('SELECT 1'), { method: 'POST', headers: wrong, body })).toMatchObject({
      status: 403,
    })
  })
})

test('long addresses carry long parameters', async () => {
  const value = 'x'.repeat(300_000)
  expect(await rowsOf(clients.reader, 'SELECT length({v:String}) AS n', { v: value })).toEqual([
    { n: 300_000 },
  ])
})
