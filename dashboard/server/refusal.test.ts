import { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { answerError } from './refusal.ts'

let database: TestDatabase
const lines: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })

beforeAll(async () => {
  database = await openTestDatabase({ migrated: false })
})
afterAll(() => database.close())

async function answerOf(fail: () => Promise<unknown>): Promise<{ status: number; body: string }> {
  const app = new Hono()
  app.onError((error, context) => answerError(error, context, log))
  app.get('/', async (context) => context.json(await fail()))
  const response = await app.request('/')
  return { status: response.status, body: await response.text() }
}

test.each([
  [
    'time',
    'SELECT sum(sleepEachRow(0.01)) FROM numbers(1000) SETTINGS max_execution_time = 1, max_block_size = 10',
  ],
  ['memory', 'SELECT groupArray(number) FROM numbers(50000000) SETTINGS max_memory_usage = 10000000'],
  ['rows', 'SELECT count() FROM numbers(10000000) SETTINGS max_rows_to_read = 1000'],
])('a question over its limit of %s is refused in words', async (_, query) => {
  const answer = await answerOf(() => database.writer.query({ query }))
  expect(answer.status).toBe(413)
  expect(answer.body).toContain('shorter range')
})

test('a database that is not there is a matter of waiting', async () => {
  const address = { ...database.address, url: 'http://127.0.0.1:9' }
  const lost = createWriter(address)
  const answer = await answerOf(() => lost.query({ query: 'SELECT 1' }))
  await lost.close()
  expect(answer.status).toBe(503)
  expect(answer.body).toContain('unavailable')
})

test('a full disk is told with what is kept and what to do', async () => {
  const query =
    "SELECT throwIf(1, 'Cannot reserve 1.00 MiB', toInt16(243)) SETTINGS allow_custom_error_code_in_throwif = 1"
  const answer = await answerOf(async () => await (await database.writer.query({ query })).text())
  expect(answer.status).toBe(503)
  expect(answer.body).toMatch(/disk of the database is full.*is kept.*Make room/)
})

test('what nobody expected is logged and keeps its words to itself', async () => {
  const answer = await answerOf(() => Promise.reject(new Error('the secret of /etc/passwd')))
  expect(answer.status).toBe(500)
  expect(answer.body).not.toContain('secret')
  expect(lines.join('')).toContain('the secret of')
})
