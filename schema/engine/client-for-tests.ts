import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
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

/** A request by hand. */
type Sent = { method?: string; headers?: Record<string, string>; body?: string | Buffer }

/** Sends a request to the shared engine as it is: fetch would set and hide headers of its own. */
export function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const url = new URL(path, inject('engineUrl'))
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer; text: string }>(
    (resolve, reject) => {
      const request = httpRequest(url, { method, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const all = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: all,
            text: all.toString(),
          })
        })
      })
      request.on('error', reject)
      request.end(body)
    },
  )
}

/** The Authorization header of a role. */
export function basic(role: 'writer' | 'reader'): string {
  const { username, password } = inject('engineUsers')[role]
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
