import type { ClickHouseClient } from '@clickhouse/client'
import type { HttpBindings } from '@hono/node-server'
import type { Logger } from 'pino'
import type { Config } from '../../schema/config.ts'
import type { Accounts } from './account/accounts.ts'
import type { Caller } from './account/caller.ts'
import type { RequestOrigin } from './public-address.ts'
import type { SettingsWriter } from './settings/settings-writer.ts'
import type { Sites } from './site/sites.ts'

/** What every route may use. */
export type Installation = {
  config: Config
  log: Logger
  /** The clock, in milliseconds since 1970. */
  now: () => number
  /** Reads and writes settings. */
  writer: ClickHouseClient
  /** Reads facts: a user that can only read, with limits. */
  reader: ClickHouseClient
  settings: SettingsWriter
  masterKey: Buffer
  accounts: Accounts
  sites: Sites
}

/** What Hono hands to each handler: the socket, where the request came from, and who asks. */
export type DashboardEnv = {
  Bindings: HttpBindings
  Variables: { origin: RequestOrigin; caller: Caller }
}
