import { join } from 'node:path'
import type { AcceptedRows } from '../accepted-rows.ts'
import { type Disk, readWhole } from './disk.ts'
import { decodeRows } from './row-codec.ts'
import type { SealedBatch, Segment } from './segment.ts'
import {
  headerBytes,
  readRowsHead,
  rowsHeadBytes,
  type SegmentRecord,
  segmentFileName,
} from './segment-format.ts'
import { scanSegment } from './segment-scan.ts'

type Place = { disk: Disk; folder: string }

/** The requests of a batch, record by record, in the order of their appending. */
export async function* readBatchRows(place: Place, batch: SealedBatch): AsyncGenerator<AcceptedRows[]> {
  const file = await place.disk.open(join(place.folder, segmentFileName(batch.segment)))
  const bytes = await file.read(batch.end - batch.start, batch.start).finally(() => file.close())
  for (const record of scanSegment(bytes, batch.segment.epoch, 0).records)
    if (record.kind === 'rows' && readRowsHead(record.payload).batch === batch.index) yield requestsOf(record)
}

/** The requests with a row received since a time, segment by segment. Skips segments that are deleted meanwhile. */
export async function* readRowsSince(
  place: Place,
  segments: Segment[],
  since: number,
): AsyncGenerator<AcceptedRows> {
  for (const segment of [...segments]) {
    if (segment.latest < since || !segments.includes(segment)) continue
    const bytes = (await readWhole(place.disk, place.folder, segment.fileName)).subarray(0, segment.bytes)
    for (const record of scanSegment(bytes, segment.name.epoch, headerBytes).records) {
      if (record.kind !== 'rows' || readRowsHead(record.payload).latest < since) continue
      for (const rows of requestsOf(record)) if (isSince(rows, since)) yield rows
    }
  }
}

function requestsOf(record: SegmentRecord): AcceptedRows[] {
  return decodeRows(record.payload.subarray(rowsHeadBytes))
}

function isSince(rows: AcceptedRows, since: number): boolean {
  return (
    rows.events.some((event) => event.received_at >= since) ||
    rows.claims.some((claim) => claim.claimed_at >= since)
  )
}
