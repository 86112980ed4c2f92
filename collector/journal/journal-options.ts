import type { Logger } from 'pino'
import type { AcceptedRows } from '../accepted-rows.ts'
import { type Disk, nodeDisk } from './disk.ts'
import type { SealedBatch } from './segment.ts'

/** How a journal is opened. */
export type JournalOptions = {
  /** Where the segments lie; made when absent. One process at a time. */
  folder: string
  log: Logger
  /** The clock, in milliseconds since 1970. */
  now: () => number
  /** Above this many bytes on disk new rows are refused; below three quarters of it they are taken again. */
  maxBytes: number
  /** Called in the order of the journal when rows have become durable, with the batch that they belong to. */
  onStored: (requests: AcceptedRows[], batchId: bigint) => void
  /** Called when a batch is complete: the same rows in the same order from now on. */
  onSealed: (batch: SealedBatch) => void
  /** Called once when the disk failed: nothing is acknowledged any more, and the process should exit. */
  onFatal: (error: Error) => void
  disk?: Disk
  segmentBytes?: number
  /** Rows in memory that wait for the disk; more are refused. */
  pendingBytes?: number
  /** How long a delivered segment stays (ms), so that a lost part can be replayed. Cut short when half of maxBytes is used. */
  retentionMs?: number
  reserveBytes?: number
}

const mebibyte = 1024 * 1024
/** What is not said when a journal is opened. */
export const journalDefaults = {
  disk: nodeDisk,
  segmentBytes: 32 * mebibyte,
  pendingBytes: 16 * mebibyte,
  retentionMs: 600_000,
  reserveBytes: mebibyte,
}
