import { type SegmentName, segmentFileName } from './segment-format.ts'

/** A run of records that is sent to ClickHouse as one: the same rows in the same order, however often. */
export type SealedBatch = {
  segment: SegmentName
  index: number
  /** Where its records lie in the segment's file. */
  start: number
  end: number
  events: number
  claims: number
  /** When its first row was appended, or for a recovered batch about when (ms since 1970). */
  since: number
  /** Whether an earlier process may have sent it: what arrived is counted before it is sent. */
  doubtful: boolean
}

/** A segment file and what became of its batches. */
export type Segment = {
  name: SegmentName
  fileName: string
  bytes: number
  createdAt: number
  /** When the latest row in it was received (ms since 1970), 0 without rows. */
  latest: number
  /** The indexes of batches that are neither confirmed nor in quarantine. */
  open: Set<number>
  /** When its last batch was settled (ms since 1970). */
  settledAt: number
  /** Set when a damaged stretch could not be copied into quarantine: the file must stay. */
  keep: boolean
}

export function newSegment(name: SegmentName, createdAt: number): Segment {
  return {
    name,
    fileName: segmentFileName(name),
    bytes: 0,
    createdAt,
    latest: 0,
    open: new Set(),
    settledAt: createdAt,
    keep: false,
  }
}

/** The `batch_id` of a batch's rows: 40 bits of the segment's epoch, then its index in the segment. */
export function batchId(segment: SegmentName, index: number): bigint {
  return ((segment.epoch & 0xff_ffff_ffffn) << 24n) | BigInt(index)
}

/** The most batches of a segment, so that the index fits beside the epoch. */
export const batchesPerSegment = 2 ** 24 - 1

/** The insert_deduplication_token of a batch: the whole epoch and the index. */
export function batchToken(batch: SealedBatch): string {
  return `${batch.segment.epoch.toString(16).padStart(16, '0')}/${batch.index}`
}
