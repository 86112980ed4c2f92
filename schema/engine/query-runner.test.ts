import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { createClient, TupleParam } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { basic, openClients, quiet, rowsOf, type TestClients } from './client-for-tests.ts'

let clients: TestClients
beforeAll(async () => {
  clients = await openClients()
})
afterAll(() => clients.close())

describe('parameters arrive exactly as they were sent', () => {
  const text = [
    '',
    ' ',
    "it's",
    "''",
    '\\',
    '\\\\',
    "\\'",
    "'; DROP TABLE x; --",
    "') OR 1=1 --",
    'tab\there',
    'line\nbreak',
    '\r\n',
    '\0',
    'nul\0in the middle',
    '\\N',
    '\\t',
    'NULL',
    '`backtick`',
    '"double"',
    '{x:String}',
    '$heredoc$ text $heredoc$',
    '/* comment */ -- comment # comment',
    'ünïcödé 日本語 😀',
    '\u2018typographic\u2019 \u201cquotes\u201d',
    '\u0001\u0008\u000c\u001b\u007f',
    '%00%27+%20&param_x=1',
    'a'.repeat(20_000),
  ]
  test.each(text)('text %j', async (value) => {
    const query = 'SELECT {v:String} AS v, length({v:String}) AS bytes'
    const expected = [{ v: value, bytes: Buffer.byteLength(value) }]
    expect(await rowsOf(clients.reader, query, { v: value })).toEqual(expected)
  })

  const typed: [type: string, value: unknown, expected: unknown][] = [
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['Int64', -5n, '-5'],
    ['UInt8', 0, '0'],
    ['Float64', 1.5, '1.5'],
    ['Bool', true, 'true'],
    ['Nullable(String)', null, null],
    ['Nullable(UInt32)', 7, '7'],
    ['Array(String)', ["a'b", 'c\\d', 'tab\t', '', 'line\n'], "['a\\'b','c\\\\d','tab\\t','','line\\n']"],
    ['Array(UInt64)', [], '[]'],
    ['Array(Nullable(String))', ['a', null], "['a',NULL]"],
    ['Array(Array(UInt8))', [[1], [2, 3]], '[[1],[2,3]]'],
    ['Map(String, UInt8)', { "k'": 1 }, "{'k\\'':1}"],
    ['Tuple(UInt8, String)', new TupleParam([1, "x'y"]), "(1,'x\\'y')"],
    ['DateTime', new Date(Date.UTC(2026, 10, 24, 1, 2, 3)), '2026-11-24 01:02:03'],
    ['DateTime64(3)', new Date(Date.UTC(2026, 10, 24, 1, 2, 3, 45)), '2026-11-24 01:02:03.045'],
    ['Date', '2026-11-24', '2026-11-24'],
    ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
    ["Enum8('a' = 1)", 'a', 'a'],
  ]
  test.each(typed)('%s', async (type, value, expected) => {
    const query = `SELECT toString({v:${type}}) AS v`
    expect(await rowsOf(clients.reader, query, { v: value })).toEqual([{ v: expected }])
  })

  test('identifiers', async () => {
    const query = 'SELECT count() AS n FROM {db:Identifier}.{t:Identifier}'
    expect(await rowsOf(clients.reader, query, { db: 'system', t: 'one' })).toEqual([{ n: 1 }])
  })

  test('thousands of values as a form', async () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `id'${index}`)
    const answer = await clients.reader.query({
      query: 'SELECT length({ids:Array(String)}) AS n, {ids:Array(String)}[5000] AS last',
      query_params: { ids },
      use_multipart_params: true,
      format: 'JSONEachRow',
    })
    expect(await answer.json()).toEqual([{ n: 5000, last: "id'4999" }])
  })

  test('a parameter of an earlier query is never used', async () => {
    for (let round = 0; round < 8; round += 1)
      await rowsOf(clients.reader, 'SELECT {v:String}', { v: 'secret' })
    for (let round = 0; round < 8; round += 1) {
      const asked = clients.reader.query({ query: 'SELECT {v:String}' })
      await expect(asked).rejects.toMatchObject({ code: '456', type: 'UNKNOWN_QUERY_PARAMETER' })
    }
  })

  test('a value of the wrong type is refused', async () => {
    const asked = clients.reader.query({ query: 'SELECT {v:UInt8}', query_params: { v: '1; DROP' } })
    await expect(asked).rejects.toMatchObject({ code: '457', type: 'BAD_QUERY_PARAMETER' })
  })
})

describe('settings hold for their query alone', () => {
  const setting = "SELECT value FROM system.settings WHERE name = 'max_block_size'"

  test('a query has the settings it was sent with', async () => {
    const answer = await clients.writer.query({
      query: setting,
      clickhouse_settings: { max_block_size: '777' },
      format: 'JSONEachRow',
    })
    expect(await answer.json()).toEqual([{ value: '777' }])
  })

  test('and the next ones do not', async () => {
    const before = await rowsOf(clients.writer, setting)
    const different = { query: setting, clickhouse_settings: { max_block_size: '777' } }
    await Promise.all(Array.from({ length: 12 }, async () => (await clients.writer.query(different)).text()))
    const after = await Promise.all(Array.from({ length: 12 }, () => rowsOf(clients.writer, setting)))
    expect(after).toEqual(after.map(() => before))
  })

  test('SET in a statement does not stick either', async () => {
    await Promise.all(
      Array.from({ length: 6 }, () => clients.writer.command({ query: 'SET max_block_size = 5' })),
    )
    expect(await rowsOf(clients.writer, setting)).not.toEqual([{ value: '5' }])
  })

  test('a database does not stick', async () => {
    const other = await openClients()
    const names = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        rowsOf(index % 2 === 0 ? clients.reader : other.reader, 'SELECT currentDatabase() AS name'),
      ),
    )
    expect(names.flat()).toEqual(
      names.map((_, index) => ({ name: index % 2 === 0 ? clients.database : other.database })),
    )
    await other.close()
  })

  test.each([
    ['max_execution_time', '0'],
    ['max_execution_time', '1000000'],
    ['max_memory_usage', '0'],
    ['max_memory_usage', 'abc'],
  ])('a query cannot lift its limit %s to %s', async (name, value) => {
    const asked = clients.writer.query({ query: 'SELECT 1', clickhouse_settings: { [name]: value } })
    await expect(asked).rejects.toMatchObject({ code: '452', type: 'SETTING_CONSTRAINT_VIOLATION' })
  })
})

describe('deduplication by token', () => {
  async function nativeRows(first: number): Promise<Buffer> {
    const query = `SELECT toUInt64(number + ${first}) AS n, toLowCardinality('x') AS name FROM numbers(3) FORMAT Native`
    const { stream } = await clients.writer.exec({ query })
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  }

  async function insertNative(table: string, body: Buffer, token?: string): Promise<void> {
    const settings = token === undefined ? {} : { insert_deduplication_token: token }
    const { stream } = await clients.writer.exec({
      query: `INSERT INTO ${table} FORMAT Native`,
      values: Readable.from([body]),
      clickhouse_settings: settings,
    })
    for await (const _ of stream);
  }

  async function count(table: string): Promise<unknown> {
    return rowsOf(clients.writer, `SELECT toUInt32(count()) AS n FROM ${table}`)
  }

  test('the same token counts once, whatever the rows; another token or none counts again', async () => {
    await clients.writer.command({
      query: `CREATE TABLE tokens (n UInt64, name LowCardinality(String)) ENGINE = MergeTree ORDER BY n
        SETTINGS non_replicated_deduplication_window = 1000`,
    })
    await insertNative('tokens', await nativeRows(0), 'a')
    await insertNative('tokens', await nativeRows(0), 'a')
    await insertNative('tokens', await nativeRows(10), 'a')
    expect(await count('tokens')).toEqual([{ n: 3 }])
    await insertNative('tokens', await nativeRows(20))
    await insertNative('tokens', await nativeRows(30))
    expect(await count('tokens')).toEqual([{ n: 9 }])
    await insertNative('tokens', await nativeRows(0), 'b')
    expect(await count('tokens')).toEqual([{ n: 12 }])
  })

  test('a token of one insert never drops the rows of another', async () => {
    await clients.writer.command({
      query: `CREATE TABLE mixed (n UInt64, name LowCardinality(String)) ENGINE = MergeTree ORDER BY n
        SETTINGS non_replicated_deduplication_window = 1000`,
    })
    const inserts = Array.from({ length: 20 }, (_, index) => index)
    await Promise.all(
      inserts.map(async (index) => {
        await insertNative(
          'mixed',
          await nativeRows(index * 10),
          index % 2 === 0 ? `token ${index}` : undefined,
        )
      }),
    )
    expect(await count('mixed')).toEqual([{ n: 60 }])
  })
})

describe('several queries at once', () => {
  test('a query and an insert do not wait for slow queries', async () => {
    await clients.writer.command({ query: 'CREATE TABLE quick (n UInt8) ENGINE = MergeTree ORDER BY n' })
    const order: string[] = []
    const slow = [1, 2, 3].map(() => rowsOf(clients.reader, 'SELECT sleep(2)').then(() => order.push('slow')))
    await rowsOf(clients.reader, 'SELECT 1')
    await clients.writer.insert({ table: 'quick', values: [{ n: 1 }], format: 'JSONEachRow' })
    order.push('quick')
    await Promise.all(slow)
    expect(order).toEqual(['quick', 'slow', 'slow', 'slow'])
  })

  test('more than the sessions wait for their turn, and every answer is its own', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index)
    const answers = await Promise.all(
      numbers.map((n) => rowsOf(clients.reader, 'SELECT {n:UInt32} AS n', { n })),
    )
    expect(answers.flat()).toEqual(numbers.map((n) => ({ n })))
  })

  test('past the queue a query is refused with 202', async () => {
    const url = inject('engineUrl')
    const crowd = createClient({
      url,
      ...inject('engineUsers').reader,
      max_open_connections: 300,
      log: quiet,
    })
    const asked = Array.from({ length: 260 }, () => rowsOf(crowd, 'SELECT sleep(0.02)'))
    const settled = await Promise.allSettled(asked)
    await crowd.close()
    const refused = settled.filter((one) => one.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ reason: { code: '202', type: 'TOO_MANY_SIMULTANEOUS_QUERIES' } })
  })
})

describe('large results', () => {
  test('millions of rows stream through a file', async () => {
    const answer = await clients.reader.query({
      query: 'SELECT number AS n FROM numbers(2500000)',
      format: 'JSONCompactEachRow',
    })
    let count = 0
    let last = ''
    for await (const rows of answer.stream()) {
      count += rows.length
      last = rows.at(-1)?.text ?? last
    }
    expect({ count, last }).toEqual({ count: 2_500_000, last: '[2499999]' })
  })

  test('with a comment after the statement, without a format, and with a late error', async () => {
    const { stream } = await clients.reader.exec({ query: 'SELECT number FROM numbers(3000000) -- the end' })
    let bytes = 0
    for await (const chunk of stream) bytes += chunk.length
    expect(bytes).toBe(22_888_890)
    const failing = clients.reader.query({ query: 'SELECT throwIf(number = 2999999) FROM numbers(3000000)' })
    await expect(failing).rejects.toMatchObject({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' })
  })
})

test('a query whose client went away while it waited is never run', async () => {
  await clients.writer.command({ query: 'CREATE TABLE abandoned (n UInt8) ENGINE = MergeTree ORDER BY n' })
  const slow = [1, 2, 3].map(() => rowsOf(clients.writer, 'SELECT sleep(2.5)'))
  const busy =
    "SELECT count() AS n FROM system.processes WHERE query LIKE '%sleep(2.5)%' AND query NOT LIKE '%processes%'"
  await expect.poll(() => rowsOf(clients.reader, busy), { timeout: 5000, interval: 10 }).toEqual([{ n: 3 }])
  const address = new URL(
    `/?database=${clients.database}&query=INSERT+INTO+abandoned+FORMAT+TSV`,
    inject('engineUrl'),
  )
  const gone = request(address, { method: 'POST', headers: { Authorization: basic('writer') } })
  const failed = once(gone, 'error')
  await new Promise<void>((resolve) => gone.end('1', resolve))
  const next = clients.writer.insert({ table: 'abandoned', values: [{ n: 2 }], format: 'JSONEachRow' })
  await clients.writer.ping()
  gone.destroy(new Error('gone'))
  await failed
  await Promise.all([...slow, next])
  expect(await rowsOf(clients.reader, 'SELECT n FROM abandoned')).toEqual([{ n: 2 }])
})
