import { setTimeout as pause } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { type ClickHouseAddress, createAdmin, createWriter } from './client.ts'
import { isMigrated, migrate } from './migrate.ts'

/**
 * Creates the database when it is missing and applies the migrations. Run by one process. Waits for a server that does
 * not answer yet.
 *
 * @throws ClickHouseError when the server refuses us, Error when a migration fails
 */
export async function prepareDatabase(address: ClickHouseAddress, log: Logger): Promise<void> {
  const admin = createAdmin(address)
  try {
    await awaitAnswer(admin, address, log)
    await admin.command({ query: `CREATE DATABASE IF NOT EXISTS ${address.database}` })
  } finally {
    await admin.close()
  }
  const writer = createWriter(address)
  await migrate(writer, log).finally(() => writer.close())
}

async function awaitAnswer(admin: ClickHouseClient, address: ClickHouseAddress, log: Logger): Promise<void> {
  for (let tries = 0; !(await admin.ping()).success; tries++) {
    if (tries % 20 === 0)
      log.warn(
        { url: address.url },
        'ClickHouse does not answer yet; events are kept in the journal meanwhile',
      )
    await pause(500)
  }
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
