import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import type { ClaimRow, EventRow } from '../accepted-rows.ts'
import { anyClaim, anyEvent, exampleEvent } from '../journal/rows-for-tests.ts'
import { insertNative } from './insert-native.ts'
import { NativeBlock } from './native-block.ts'
import type { Column } from './native-column.ts'
import { claimColumns, eventColumns } from './table-columns.ts'

let database: TestDatabase
const batch = { id: 0xffff_ffff_ffff_fffen }

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

async function store<Row>(table: string, columns: Column<Row>[], rows: Row[]): Promise<void> {
  const block = new NativeBlock(columns)
  block.append(rows)
  const insert = { table, columns: block.columnNames, body: block.finish(), token: crypto.randomUUID() }
  await insertNative(database.writer, insert, AbortSignal.timeout(20_000))
}

test.each([
  ['events', eventColumns(batch)],
  ['payment_claims', claimColumns(batch)],
])('the columns of %s are those of the table, but for those with a default', async (table, columns) => {
  const expected = await readRows(database.writer, {
    sql: `SELECT name, type FROM system.columns
          WHERE database = {database:String} AND table = {table:String} AND default_kind = ''`,
    params: { database: database.address.database, table },
    row: z.object({ name: z.string(), type: z.string() }),
  })
  const ours = columns.map(({ name, type }) => ({ name, type }))
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)
  expect(ours.sort(byName)).toEqual(expected.sort(byName))
})

test('any event comes back from the engine as it was', async () => {
  const rows: EventRow[] = fc.sample(anyEvent, { numRuns: 300, seed: 1 })
  await database.writer.command({ query: 'TRUNCATE TABLE events' })
  await database.writer.command({ query: 'DETACH TABLE sessions_from_events' })
  await store('events', eventColumns(batch), rows)
  await database.writer.command({ query: 'ATTACH TABLE sessions_from_events' })
  expect(
    await storedRows(
      'events',
      rows.map((row) => row.event_id),
    ),
  ).toEqual(rows.map((row) => cells({ ...row, batch_id: batch.id }, 'received_at')))
})

test('any claim comes back from the engine as it was', async () => {
  const rows: ClaimRow[] = fc.sample(anyClaim, { numRuns: 200, seed: 2 })
  await store('payment_claims', claimColumns(batch), rows)
  expect(
    await storedRows(
      'payment_claims',
      rows.map((row) => row.claim_id),
    ),
  ).toEqual(rows.map((row) => cells({ ...row, batch_id: batch.id }, 'claimed_at')))
})

test.each([
  [255, 'one byte'],
  [256, 'two bytes'],
  [65_535, 'two bytes'],
  [70_000, 'four bytes'],
])('%i distinct values of a dictionary come back, with an index of %s', async (count) => {
  const hostname = (index: number) => `host-${index}.example`
  const rows = Array.from({ length: count }, (_, index) =>
    exampleEvent({ hostname: hostname(index), event_no: index, site_id: count }),
  )
  await store('events', eventColumns(batch), rows)
  const [found] = await readRows(database.writer, {
    sql: `SELECT uniqExact(hostname) AS distinct_values, countIf(hostname != concat('host-', toString(event_no), '.example')) AS wrong
          FROM events WHERE site_id = {site_id:UInt32}`,
    params: { site_id: count },
    row: z.object({ distinct_values: z.coerce.number(), wrong: z.coerce.number() }),
  })
  expect(found).toEqual({ distinct_values: count, wrong: 0 })
})

test('a block that is used again carries nothing over', () => {
  const block = new NativeBlock(eventColumns(batch))
  const first = [exampleEvent({ source: 'Google', props: { a: '1' } }), exampleEvent({ source: 'Bing' })]
  const second = [exampleEvent({ source: 'Bing', props: { b: '2' } })]
  block.append(first)
  block.finish()
  block.clear()
  block.append(second)
  const fresh = new NativeBlock(eventColumns(batch))
  fresh.append(second)
  expect(block.finish()).toEqual(fresh.finish())
})

type Cell = string | number | Record<string, string>

/** A row as JSON gives it: 64-bit ids as text, times as milliseconds, dates as days. */
function cells(row: Record<string, Cell | bigint>, time: string): Record<string, Cell> {
  const plain = Object.entries(row).map(([name, cell]): [string, Cell] => {
    if (typeof cell === 'bigint') return [name, String(cell)]
    return [name, name === 'revenue_amount' || name === time ? String(cell) : cell]
  })
  return Object.fromEntries(plain)
}

async function storedRows(
  table: 'events' | 'payment_claims',
  ids: string[],
): Promise<Record<string, unknown>[]> {
  const id = table === 'events' ? 'event_id' : 'claim_id'
  const time = table === 'events' ? 'received_at' : 'claimed_at'
  const rows = await readRows(database.writer, {
    sql: `SELECT * EXCEPT (inserted_at) REPLACE (toUnixTimestamp64Milli(${time}) AS ${time}, toUInt16(day) AS day) FROM ${table}`,
    row: z.record(z.string(), z.unknown()),
  })
  const byId = new Map(rows.map((row) => [row[id], row]))
  return ids.map((each) => byId.get(each) ?? {})
}
