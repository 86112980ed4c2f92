import { request as httpRequest } from 'node:http'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
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
