import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'

/** How to reach ClickHouse. The embedded engine and a server are reached alike. */
export type ClickHouseAddress = {
  url: string
  database: string
  writer: { username: string; password: string }
  reader: { username: string; password: string }
}

/**
 * Settings of every insert: one part at once (async_insert is 1 by default since 26), and a replayed block is
 * recognised in the tables behind materialized views too (older servers default to 0).
 */
export const insertSettings = {
  async_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
} as const

// ReplacingMergeTree tables have no partitions (or a key that stays in its partition), so FINAL may skip cross-partition
// work; it nearly halves FINAL. 64-bit ids come as text, because JSON numbers lose them past 2^53.
const readSettings = {
  do_not_merge_across_partitions_select_final: 1,
  output_format_json_quote_64bit_integers: 1,
} as const

// The client prints its faults past pino, several lines for each poll while ClickHouse is away; callers log them.
const quiet = { level: ClickHouseLogLevel.OFF }

/** The client that writes facts, states and settings. Close it when done. */
export function createWriter(address: ClickHouseAddress): ClickHouseClient {
  return createClient({
    url: address.url,
    database: address.database,
    ...address.writer,
    request_timeout: 60_000,
    log: quiet,
    clickhouse_settings: { ...insertSettings, ...readSettings },
  })
}

/** The writer without a database, to create one. Close it when done. */
export function createAdmin(address: ClickHouseAddress): ClickHouseClient {
  return createClient({ url: address.url, ...address.writer, log: quiet })
}

/** The client of reports: a user that can only read, with limits locked. Close it when done. */
export function createReader(address: ClickHouseAddress): ClickHouseClient {
  return createClient({
    url: address.url,
    database: address.database,
    ...address.reader,
    request_timeout: 60_000,
    log: quiet,
  })
}
