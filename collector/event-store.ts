import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { AcceptedRows } from './accepted-rows.ts'
import type { Storing } from './visitor/recent-events.ts'

/** What the collector needs of the journal and its delivery. */
export type EventStore = {
  append: (rows: AcceptedRows) => Promise<Storing>
  recentRows: (since: number) => AsyncIterable<AcceptedRows>
  close: () => Promise<void>
}

export type OpenStore = (options: {
  folder: string
  client: ClickHouseClient
  log: Logger
  now: () => number
  maxBytes: number
  onFatal: (error: Error) => void
}) => Promise<EventStore>
