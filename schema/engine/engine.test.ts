import { Readable } from 'node:stream'
import { createClient } from '@clickhouse/client'
import { expect, inject, test } from 'vitest'

test('ping and select', async () => {
  const client = createClient({ url: inject('engineUrl'), ...inject('engineUsers').writer })
  expect(await client.ping()).toEqual({ success: true })
  expect(await client.ping({ select: true })).toEqual({ success: true })
  const answer = await client.query({
    query: 'SELECT {a:String} AS a',
    query_params: { a: "it's" },
    format: 'JSONEachRow',
  })
  expect(await answer.json()).toEqual([{ a: "it's" }])
  await client.command({
    query:
      'CREATE TABLE smoke (a UInt64, b String) ENGINE=MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window=10',
  })
  const r = await client.insert({
    table: 'smoke',
    values: [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ],
    format: 'JSONEachRow',
  })
  expect(r.summary?.written_rows).toBe('2')
  await client.insert({
    table: 'smoke',
    values: [{ a: 3, b: 'x' }],
    format: 'JSONEachRow',
    columns: ['a', 'b'],
    clickhouse_settings: { insert_deduplication_token: 'T' },
  })
  await client.insert({
    table: 'smoke',
    values: [{ a: 4, b: 'x' }],
    format: 'JSONEachRow',
    clickhouse_settings: { insert_deduplication_token: 'T' },
  })
  await client.insert({
    table: 'smoke',
    values: [{ a: 5, b: 'x' }],
    format: 'JSONEachRow',
    columns: { except: ['b'] },
  })
  const native = await (await client.exec({ query: 'SELECT a, b FROM smoke FORMAT Native' })).stream
  const chunks = []
  for await (const c of native) chunks.push(c)
  const e = await client.exec({
    query: 'INSERT INTO smoke FORMAT Native',
    values: Readable.from([Buffer.concat(chunks)]),
  })
  e.stream.resume()
  expect(
    await (
      await client.query({ query: 'SELECT a FROM smoke ORDER BY a', format: 'JSONCompactEachRow' })
    ).json(),
  ).toEqual([[1], [1], [2], [2], [3], [3], [5], [5]])
  await expect(client.query({ query: 'SELECT * FROM nope' })).rejects.toMatchObject({
    code: '60',
    type: 'UNKNOWN_TABLE',
  })
  await expect(client.query({ query: 'SELEC 1' })).rejects.toMatchObject({ code: '62' })
  await client.command({ query: 'DROP TABLE smoke' })
  await client.close()
})
