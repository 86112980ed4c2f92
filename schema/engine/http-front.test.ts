import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { basic, openClients, rowsOf, send, type TestClients } from './client-for-tests.ts'

let clients: TestClients
beforeAll(async () => {
  clients = await openClients()
})
afterAll(() => clients.close())

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

test('long addresses carry long parameters', async () => {
  const value = 'x'.repeat(300_000)
  expect(await rowsOf(clients.reader, 'SELECT length({v:String}) AS n', { v: value })).toEqual([
    { n: 300_000 },
  ])
})
