import { randomBytes } from 'node:crypto'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { inject } from 'vitest'

/** For clients whose refusals are what a test is about. */
export const quiet = { level: ClickHouseLogLevel.OFF }

/** A database of its own on the shared engine, with a client for each role. Drop it when done. */
export type TestClients = {
  database: string
  writer: ClickHouseClient
  reader: ClickHouseClient
  close: () => Promise<void>
}

/** Makes an empty database on the engine that all test files share. */
export async function openClients(): Promise<TestClients> {
  const url = inject('engineUrl')
  const users = inject('engineUsers')
  const database = `engine_${randomBytes(6).toString('hex')}`
  const admin = createClient({ url, ...users.writer, log: quiet })
  await admin.command({ query: `CREATE DATABASE ${database}` })
  const writer = createClient({ url, database, ...users.writer, log: quiet })
  const reader = createClient({ url, database, ...users.reader, log: quiet })
  const close = async () => {
    await Promise.all([writer.close(), reader.close()])
    await admin.command({ query: `DROP DATABASE ${database}` })
    await admin.close()
  }
  return { database, writer, reader, close }
}

/** The rows of a query, as JSONEachRow. */
export async function rowsOf(
  client: ClickHouseClient,
  query: string,
  parameters: Record<string, unknown> = {},
): Promise<unknown[]> {
  const answer = await client.query({ query, query_params: parameters, format: 'JSONEachRow' })
  return answer.json()
}
