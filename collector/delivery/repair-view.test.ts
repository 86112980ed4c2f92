import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readMigrations } from '../../schema/clickhouse/migrate.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

test.each(['sessions', 'exposures'])('the repair of %s is the query of its view, for one batch', (table) => {
  const view = readMigrations().findLast((migration) => migration.name.includes(`${table}-from-events`))
  const repair = readFileSync(new URL(`./repair-${table}.sql`, import.meta.url), 'utf8')
  const select = view?.statement.slice(view.statement.indexOf('SELECT'))
  const withoutFilter = repair
    .replace(`INSERT INTO ${table}\n`, '')
    .replace(
      /^(?:WHERE|(WHERE .*\n) {2}AND) batch_id = .*\n {2}AND received_at >= .*\n {2}AND received_at <= .*\n/m,
      '$1',
    )
  expect(withoutFilter.trim()).toBe(select?.trim())
})

test('no other view reads what the collector writes: a new one needs a repair of its own', async () => {
  const views = await readRows(database.writer, {
    sql: `SELECT name FROM system.tables WHERE database = {database:String} AND engine = 'MaterializedView'
          AND match(as_select, '\\\\b(events|payment_claims)\\\\b') ORDER BY name`,
    params: { database: database.address.database },
    row: z.object({ name: z.string() }),
  })
  expect(views).toEqual([{ name: 'exposures_from_events' }, { name: 'sessions_from_events' }])
})
