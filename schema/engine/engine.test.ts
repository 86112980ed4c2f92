import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type ClickHouseClient, createClient, type DataFormat } from '@clickhouse/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { openClients, quiet, rowsOf, type TestClients } from './client-for-tests.ts'
import { type EngineProcess, startEngineProcess } from './engine-for-tests.ts'

describe('as the official client uses it', () => {
  let clients: TestClients
  beforeAll(async () => {
    clients = await openClients()
    await clients.writer.command({
      query: 'CREATE TABLE visits (id UInt64, path String, at DateTime) ENGINE = MergeTree ORDER BY id',
    })
  })
  afterAll(() => clients.close())

  test('ping', async () => {
    expect(await clients.writer.ping()).toEqual({ success: true })
    expect(await clients.reader.ping({ select: true })).toEqual({ success: true })
  })

  test('insert objects and a stream, and read them as objects', async () => {
    const result = await clients.writer.insert({
      table: 'visits',
      values: [{ id: '18446744073709551615', path: '/é', at: '2026-11-24 01:02:03' }],
      format: 'JSONEachRow',
    })
    expect(result.summary).toMatchObject({ written_rows: '1' })
    const stream = Readable.from([
      { id: 1, path: '/a' },
      { id: 2, path: '/b' },
    ])
    await clients.writer.insert({
      table: 'visits',
      values: stream,
      format: 'JSONEachRow',
      columns: ['id', 'path'],
    })
    expect(
      await rowsOf(clients.reader, 'SELECT toString(id) AS id, path, at FROM visits ORDER BY visits.id'),
    ).toEqual([
      { id: '1', path: '/a', at: '1970-01-01 00:00:00' },
      { id: '2', path: '/b', at: '1970-01-01 00:00:00' },
      { id: '18446744073709551615', path: '/é', at: '2026-11-24 01:02:03' },
    ])
  })

  const shapes: [DataFormat, unknown][] = [
    ['JSON', { data: [{ n: 0 }, { n: 1 }], rows: 2 }],
    ['JSONCompact', { data: [[0], [1]], rows: 2 }],
    ['JSONStrings', { data: [{ n: '0' }, { n: '1' }], rows: 2 }],
    ['JSONObjectEachRow', { row_1: { n: 0 }, row_2: { n: 1 } }],
    ['JSONEachRow', [{ n: 0 }, { n: 1 }]],
    ['JSONCompactEachRow', [[0], [1]]],
    ['JSONCompactEachRowWithNamesAndTypes', [['n'], ['UInt8'], [0], [1]]],
    ['JSONStringsEachRow', [{ n: '0' }, { n: '1' }]],
  ]
  test.each(shapes)('the format %s', async (format, expected) => {
    const query = 'SELECT toUInt8(number) AS n FROM numbers(2)'
    expect(await (await clients.reader.query({ query, format })).json()).toMatchObject(Object(expected))
  })

  test('compression both ways', async () => {
    const { writer } = clients
    const compressing = createClient({
      url: inject('engineUrl'),
      database: clients.database,
      ...inject('engineUsers').writer,
      compression: { request: true, response: true },
    })
    await compressing.insert({ table: 'visits', values: [{ id: 77, path: '/gz' }], format: 'JSONEachRow' })
    expect(await rowsOf(compressing, 'SELECT path FROM visits WHERE id = 77')).toEqual([{ path: '/gz' }])
    expect(await rowsOf(writer, 'SELECT path FROM visits WHERE id = 77')).toEqual([{ path: '/gz' }])
    await compressing.close()
  })

  test('the errors are ClickHouse errors', async () => {
    const unknown = clients.reader.query({ query: 'SELECT * FROM nope' })
    await expect(unknown).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    await expect(clients.writer.command({ query: 'CREATE TABL x' })).rejects.toMatchObject({ code: '62' })
    const wrong = createClient({
      url: inject('engineUrl'),
      username: 'writer',
      password: 'guess',
      log: quiet,
    })
    await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    })
    await wrong.close()
  })

  test('times are in UTC', async () => {
    const query = "SELECT timezone() AS zone, toUnixTimestamp(toDateTime('2026-06-01 00:00:00')) AS time"
    expect(await rowsOf(clients.reader, query)).toEqual([{ zone: 'UTC', time: Date.UTC(2026, 5, 1) / 1000 }])
  })

  test('no table of logs grows', async () => {
    const query = "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"
    expect(await rowsOf(clients.reader, query)).toEqual([])
  })
})

describe('an engine of its own', () => {
  let dataDir: string
  let engines: EngineProcess[]
  let clients: ClickHouseClient[]
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'revtrail-engine-'))
    engines = []
    clients = []
  })
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()))
    for (const engine of engines) engine.kill('SIGKILL')
    await Promise.all(engines.map((engine) => engine.exited))
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function start(port = 0): Promise<{ engine: EngineProcess; client: ClickHouseClient }> {
    const engine = await startEngineProcess({ dataDir, port })
    const client = createClient({ url: engine.url, ...engine.users.writer, log: quiet })
    engines.push(engine)
    clients.push(client)
    return { engine, client }
  }

  test('kill -9 keeps every confirmed insert, and leaves no files behind', async () => {
    const first = await start()
    await first.client.command({ query: 'CREATE DATABASE d' })
    await first.client.command({ query: 'CREATE TABLE d.t (n UInt32) ENGINE = MergeTree ORDER BY n' })
    let confirmed = 0
    const writing = (async () => {
      for (let n = 0; ; n += 1) {
        await first.client.insert({ table: 'd.t', values: [{ n }], format: 'JSONEachRow' })
        confirmed = n + 1
        if (confirmed === 30) first.engine.kill('SIGKILL')
      }
    })()
    await expect(writing).rejects.toThrow()
    await first.engine.exited
    writeFileSync(join(dataDir, 'engine-inserts', 'left-behind'), 'x')
    const second = await start()
    const [stored] = await rowsOf(
      second.client,
      'SELECT toUInt32(count()) AS total, toUInt32(uniqExact(n)) AS apart FROM d.t',
    )
    // the insert under way when it was killed may have been stored as well
    const possible = [confirmed, confirmed + 1].map((n) => ({ total: n, apart: n }))
    expect(possible).toContainEqual(stored)
    expect(readdirSync(join(dataDir, 'engine-inserts'))).toEqual([])
    expect(second.engine.users).toEqual(first.engine.users)
  })

  test('a second engine on the same directory is told who holds it', async () => {
    const { engine } = await start()
    await expect(startEngineProcess({ dataDir })).rejects.toThrow(`process ${engine.pid} has it open`)
  })

  test('a port that is taken is named', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(startEngineProcess({ dataDir, port })).rejects.toThrow(
      `EADDRINUSE: address already in use 127.0.0.1:${port}`,
    )
    taken.close()
  })

  test('a damaged part is reported, not only missed', async () => {
    const first = await start()
    await first.client.command({ query: 'CREATE DATABASE d' })
    await first.client.command({
      query: 'CREATE TABLE d.t (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS min_bytes_for_wide_part = 0',
    })
    for (const n of [1, 2])
      await first.client.insert({ table: 'd.t', values: [{ n }], format: 'JSONEachRow' })
    await first.engine.stop()
    const files = execFileSync('find', [join(dataDir, 'clickhouse'), '-path', '*all_2_2_0/n.bin'])
      .toString()
      .trim()
    truncateSync(files, 0)
    const second = await start()
    expect(await rowsOf(second.client, 'SELECT n FROM d.t')).toEqual([{ n: 1 }])
    expect(second.engine.detachedParts).toMatchObject([
      { database: 'd', table: 't', name: expect.stringContaining('all_2_2_0') },
    ])
  })

  test('stop lets queries finish', async () => {
    const { engine, client } = await start()
    const slow = rowsOf(client, 'SELECT sleep(1) AS s')
    await expect
      .poll(() => rowsOf(client, 'SELECT count() > 1 AS runs FROM system.processes'))
      .toEqual([{ runs: 1 }])
    await engine.stop()
    expect(await slow).toEqual([{ s: 0 }])
  })

  test('stop waits neither for half a request nor for an endless query, and the data is closed', async () => {
    const { engine, client } = await start()
    const { username, password } = engine.users.writer
    const half = connect(Number(new URL(engine.url).port), '127.0.0.1')
    const cut = once(half, 'close')
    half.on('error', () => undefined).resume()
    half.write(
      `POST /?query=SELECT HTTP/1.1\r\nHost: localhost\r\nX-ClickHouse-User: ${username}\r\nX-ClickHouse-Key: ${password}\r\nContent-Length: 100\r\n\r\nhalf`,
    )
    const endless = rowsOf(
      client,
      'SELECT count() FROM numbers(10000000000000) WHERE sipHash64(number) = 1',
    ).catch((error: unknown) => error)
    await expect
      .poll(() => rowsOf(client, 'SELECT count() > 1 AS runs FROM system.processes'))
      .toEqual([{ runs: 1 }])
    await engine.stop()
    await cut
    expect(await endless).toBeInstanceOf(Error)
    expect(existsSync(join(dataDir, 'clickhouse', 'status'))).toBe(false)
  }, 12_000)

  test('a directory whose name would be a pattern is refused', async () => {
    const odd = join(dataDir, 'a{b,c}')
    mkdirSync(odd)
    await expect(startEngineProcess({ dataDir: odd })).rejects.toThrow('must not contain')
  })
})
