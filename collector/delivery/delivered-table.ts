import type { ClickHouseClient } from '@clickhouse/client'
import type { AcceptedRows, ClaimRow, EventRow } from '../accepted-rows.ts'
import type { Column } from './native-column.ts'
import { repairExposures } from './repair-exposures.ts'
import { repairSessions } from './repair-sessions.ts'
import { storedClaims } from './stored-claims.ts'
import { storedEvents } from './stored-events.ts'
import type { BatchRange, StoredIds } from './stored-ids.ts'
import { type CurrentBatch, claimColumns, eventColumns } from './table-columns.ts'

/** A table that batches go to: how its rows are encoded, told apart, counted, and mended. */
export type DeliveredTable<Row> = {
  name: string
  columns: (batch: CurrentBatch) => Column<Row>[]
  id: (row: Row) => string
  /** When the row was received (ms since 1970). */
  time: (row: Row) => number
  /** The row as a request of its own, to keep it where it can be read again. */
  alone: (row: Row) => AcceptedRows
  stored: StoredIds
  /** Brings what views derive from the batch's rows up to date after a try with an unknown end. */
  repair: (client: ClickHouseClient, range: BatchRange) => Promise<void>
}

export const eventsTable: DeliveredTable<EventRow> = {
  name: 'events',
  columns: eventColumns,
  id: (row) => row.event_id,
  time: (row) => row.received_at,
  alone: (row) => ({ events: [row], claims: [] }),
  stored: storedEvents,
  repair: async (client, range) => {
    await repairSessions(client, range)
    await repairExposures(client, range)
  },
}

export const claimsTable: DeliveredTable<ClaimRow> = {
  name: 'payment_claims',
  columns: claimColumns,
  id: (row) => row.claim_id,
  time: (row) => row.claimed_at,
  alone: (row) => ({ events: [], claims: [row] }),
  stored: storedClaims,
  repair: async () => undefined,
}
