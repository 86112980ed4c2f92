import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { type ClickHouseAddress, createWriter } from './client.ts'
import { isMigrated, migrate } from './migrate.ts'

/** Creates the database when it is missing and applies the migrations. Run by one process. */
export async function prepareDatabase(address: ClickHouseAddress, log: Logger): Promise<void> {
  const admin = createClient({ url: address.url, ...address.writer })
  await admin
    .command({ query: `CREATE DATABASE IF NOT EXISTS ${address.database}` })
    .finally(() => admin.close())
  const writer = createWriter(address)
  await migrate(writer, log).finally(() => writer.close())
}

/** Waits until another process has applied this build's migrations; says every 10 s what it waits for. */
export async function awaitDatabase(address: ClickHouseAddress, log: Logger): Promise<void> {
  const writer = createWriter(address)
  try {
    for (let tries = 0; ; tries++) {
      const migrated = await isMigrated(writer).catch(() => false)
      if (migrated) return
      if (tries % 20 === 0)
        log.warn(
          { url: address.url },
          'waiting for ClickHouse and its tables: start `node main.ts`, or run `node main.ts migrate` once',
        )
      await pause(500)
    }
  } finally {
    await writer.close()
  }
}
