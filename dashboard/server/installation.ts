import { setTimeout } from 'node:timers/promises'
import { createReader, createWriter } from '../../schema/clickhouse/client.ts'
import { loadMasterKey } from '../../schema/master-key.ts'
import { HopelessError } from '../../schema/process/run-child.ts'
import type { ServiceContext } from '../../schema/process/service.ts'
import { Accounts } from './account/accounts.ts'
import type { Installation } from './environment.ts'
import { SettingsWriter } from './settings/settings-writer.ts'
import { Sites } from './site/sites.ts'

// A change waits for ClickHouse; when that does not answer, the change was not confirmed to anyone (ms).
const changesGrace = 3_000

function readMasterKey(config: ServiceContext['config']): Buffer {
  try {
    return loadMasterKey(config)
  } catch (cause) {
    throw new HopelessError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Opens what routes use. `close` lets begun changes be stored first. */
export function openInstallation(context: ServiceContext): Installation & { close: () => Promise<void> } {
  const { config, clickhouse, log, now } = context
  const masterKey = readMasterKey(config)
  const writer = createWriter(clickhouse)
  const reader = createReader(clickhouse)
  const settings = new SettingsWriter(writer, now)
  const shared = { client: writer, settings, now }
  const accounts = new Accounts({ ...shared, masterKey, dataDir: config.DATA_DIR })
  const sites = new Sites(shared)
  const close = async () => {
    await Promise.race([settings.idle(), setTimeout(changesGrace, undefined, { ref: false })])
    await Promise.all([writer.close(), reader.close()])
  }
  return { config, log, now, writer, reader, settings, masterKey, accounts, sites, close }
}
