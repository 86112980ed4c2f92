import { headerBytes, readRecord, recordMagic, type SegmentRecord } from './segment-format.ts'

/** A stretch of a segment that holds no whole record. */
export type Damage = { start: number; end: number }

/** What a segment holds: its whole records in order, and the stretches between them that are none. */
export type Scan = {
  records: SegmentRecord[]
  damage: Damage[]
  /** Where the last whole record ends; what lies behind is a torn tail. */
  validEnd: number
}

/**
 * Reads the records of a segment. After a damaged one it looks for the next whole record, so that only what was
 * damaged is lost.
 *
 * @param bytes the whole file, header included, or with `from` = 0 a range that starts at a record
 */
export function scanSegment(bytes: Buffer, epoch: bigint, from = headerBytes): Scan {
  const records: SegmentRecord[] = []
  const damage: Damage[] = []
  let at = from
  while (at < bytes.length) {
    const record = nextRecord({ bytes, from: at, epoch, after: records.at(-1)?.sequence ?? -1 })
    if (!record) break
    if (record.start > at) damage.push({ start: at, end: record.start })
    records.push(record)
    at = record.end
  }
  return { records, damage, validEnd: Math.min(at, bytes.length) }
}

// A sequence that does not grow is a record from before a torn write, left behind a shorter one.
function nextRecord(search: {
  bytes: Buffer
  from: number
  epoch: bigint
  after: number
}): SegmentRecord | null {
  let start = search.from
  while (start >= 0) {
    const record = readRecord(search.bytes, start, search.epoch)
    if (record && record.sequence > search.after) return record
    start = search.bytes.indexOf(recordMagic, start + 1)
  }
  return null
}
