import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClients, type TestClients } from './client-for-tests.ts'
import { limitsFor } from './limits.ts'

let clients: TestClients
beforeAll(async () => {
  clients = await openClients()
})
afterAll(() => clients.close())

describe('the reader can only read', () => {
  test.each([
    ["SELECT * FROM file('/etc/hostname', 'LineAsString')"],
    ["SELECT file('/etc/hostname')"],
    ["SELECT `file`('/etc/hostname')"],
    ["SELECT `f\\x69le`('/etc/hostname')"],
    ["SELECT * APPLY(file) FROM (SELECT '/etc/hostname' AS x)"],
    ["SELECT arrayMap(file, ['/etc/hostname'])"],
    ["DESCRIBE file('/etc/hostname')"],
  ])('%s: 291', async (query) => {
    await expect(clients.reader.query({ query })).rejects.toMatchObject({
      code: '291',
      type: 'DATABASE_ACCESS_DENIED',
    })
  })

  test.each([
    ["SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')"],
    ['SELECT * FROM default.`/etc/hostname`'],
    ["DESCRIBE TABLE remote('127.0.0.1:1', system.one)"],
    ["DESCRIBE s3('http://127.0.0.1:1/b/x.tsv')"],
    ["SELECT * FROM remote('127.0.0.1:1', system.one)"],
    ["SELECT * FROM executable('x', 'TSV', 'a String')"],
    ['CREATE TABLE x (a UInt8) ENGINE = Memory'],
    ['CREATE TEMPORARY TABLE x (a UInt8)'],
    ['DROP DATABASE system'],
    ['INSERT INTO x VALUES (1)'],
    ['INSERT INTO x SELECT 1'],
    ['ALTER TABLE x DELETE WHERE 1'],
    ['SELECT 1 SETTINGS max_threads = 1'],
    ["SELECT * FROM (SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString') SETTINGS readonly = 0)"],
    ['SELECT * FROM (SELECT * FROM file_like SETTINGS readonly = 0)'],
    ['WITH x AS (SELECT 1 settings readonly=0) SELECT * FROM x'],
    ["SELECT x'\\' /* ' */, 1 SETTINGS readonly = 0"],
    ['SELECT 1 /*/ */ SETTINGS readonly = 0'],
    ['SET max_threads = 1'],
    ['SET readonly = 0'],
    ['SET param_x = 1'],
    ['USE system'],
    ['KILL QUERY WHERE 1'],
    ['SYSTEM FLUSH LOGS'],
    ["BACKUP DATABASE system TO S3('http://127.0.0.1:1/b/x', 'a', 'b')"],
    ['/* SELECT */ DROP TABLE x'],
    ['-- SELECT\nDROP TABLE x'],
  ])('%s: 164', async (query) => {
    await expect(clients.reader.query({ query, format: 'TabSeparated' })).rejects.toThrow(/readonly/)
    await expect(clients.reader.exec({ query })).rejects.toMatchObject({ code: '164', type: 'READONLY' })
  })

  test.each(['max_threads', 'readonly', 'max_execution_time', 'max_rows_to_read'])(
    'the setting %s: 164',
    async (name) => {
      const asked = clients.reader.query({ query: 'SELECT 1', clickhouse_settings: { [name]: '3' } })
      await expect(asked).rejects.toMatchObject({ code: '164', type: 'READONLY' })
    },
  )

  test('and no query writes a file', async () => {
    for (const client of [clients.reader, clients.writer]) {
      const asked = client.exec({ query: "SELECT 1 INTO OUTFILE '/tmp/never'" })
      await expect(asked).rejects.toMatchObject({ code: '358', type: 'INTO_OUTFILE_NOT_ALLOWED' })
    }
  })

  test.each([
    ['SHOW TABLES FROM system'],
    ['DESCRIBE TABLE system.one'],
    ['DESCRIBE (SELECT count() AS n)'],
    ['EXISTS TABLE system.one'],
    ['EXPLAIN SELECT 1'],
    ['WITH 1 AS x SELECT x'],
    ['(SELECT 1)'],
  ])('%s is read', async (query) => {
    const answer = await clients.reader.query({ query, format: 'JSON' })
    expect(await answer.json()).toMatchObject({ rows: expect.any(Number) })
  })
})

describe('limits', () => {
  test.each([2, 4, 8, 64])('all queries at once fit into a machine of %i GiB', (gibibytes) => {
    const memory = gibibytes * 2 ** 30
    const { writer, reader } = limitsFor(memory)
    const together = writer.sessions * writer.memoryBytes + reader.sessions * reader.memoryBytes
    expect(together).toBeLessThan(memory)
    expect(writer.memoryBytes).toBeGreaterThanOrEqual(256 * 2 ** 20)
  })

  test('a query that runs too long ends with 159', async () => {
    const asked = clients.writer.query({
      query: 'SELECT count() FROM numbers(10000000000) WHERE sipHash64(number) = 1',
      clickhouse_settings: { max_execution_time: 1 },
    })
    await expect(asked).rejects.toMatchObject({ code: '159', type: 'TIMEOUT_EXCEEDED' })
  })

  test('a query that takes too much memory ends with 241', async () => {
    const asked = clients.writer.query({
      query: 'SELECT groupArray(number) FROM numbers(100000000)',
      clickhouse_settings: { max_memory_usage: '50000000' },
    })
    await expect(asked).rejects.toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' })
  })
})
