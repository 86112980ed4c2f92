import type { Config } from '../config.ts'
import { loadEngineUsers } from '../engine/users.ts'
import type { ClickHouseAddress } from './client.ts'

/** Whether this installation runs its own engine rather than a ClickHouse server. */
export function isEmbedded(config: Config): boolean {
  return config.CLICKHOUSE_URL === undefined
}

/** Where ClickHouse is and who we are there: the configured server, or the embedded engine with its own users. */
export function resolveAddress(config: Config): ClickHouseAddress {
  const database = config.CLICKHOUSE_DATABASE
  if (config.CLICKHOUSE_URL === undefined)
    return { url: `http://127.0.0.1:${config.ENGINE_PORT}`, database, ...loadEngineUsers(config.DATA_DIR) }
  const user = (username: string | undefined, password: string | undefined) => ({
    username: username ?? 'default',
    password: password ?? '',
  })
  return {
    url: config.CLICKHOUSE_URL,
    database,
    writer: user(config.CLICKHOUSE_USER, config.CLICKHOUSE_PASSWORD),
    reader: user(config.CLICKHOUSE_READER_USER, config.CLICKHOUSE_READER_PASSWORD),
  }
}
