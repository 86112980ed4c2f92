import { crc32 } from 'node:zlib'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** The version of the segment's layout, row codec included. A change of either takes the next number. */
export const formatVersion = 1
export const headerBytes = 40
export const recordHeadBytes = 16
/** The bytes before the first request in the payload of a `rows` record. */
export const rowsHeadBytes = 20

const magic = Buffer.from('RVTJOURN')
// Neither byte can occur in UTF-8, so the search for the next record after a damage skips all text.
export const recordMagic = Buffer.from([0xff, 0xfe])

/** rows: requests of one group commit; seal: a batch is complete; settled: a batch needs no delivery any more. */
export const recordKinds = { rows: 1, seal: 2, settled: 3 } as const
export type RecordKind = keyof typeof recordKinds

const kindNames = new Map<number, RecordKind>([
  [recordKinds.rows, 'rows'],
  [recordKinds.seal, 'seal'],
  [recordKinds.settled, 'settled'],
])

/** What names a segment: its place in the journal and its random epoch (64 bits), in the file's name and its header. */
export type SegmentName = { number: number; epoch: bigint }

/** `00000042-0123456789abcdef.segment` */
export function segmentFileName({ number, epoch }: SegmentName): string {
  return `${String(number).padStart(8, '0')}-${epoch.toString(16).padStart(16, '0')}.segment`
}

/** The name in a file name, or null for another file. */
export function parseSegmentFileName(name: string): SegmentName | null {
  const match = /^(\d{8,})-([0-9a-f]{16})\.segment$/.exec(name)
  return match ? { number: Number(match[1]), epoch: BigInt(`0x${match[2]}`) } : null
}

/**
 * The 40 bytes at the start of a segment. The version stands beside its complement, so that another version can be
 * told from a damaged one.
 *
 * @param createdAt milliseconds since 1970
 */
export function encodeHeader({ number, epoch }: SegmentName, createdAt: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeUInt16LE(formatVersion, 8)
  header.writeUInt16LE(formatVersion ^ 0xffff, 10)
  header.writeBigUInt64LE(epoch, 12)
  header.writeUInt32LE(number, 20)
  header.writeDoubleLE(createdAt, 24)
  header.writeUInt32LE(crc32(header.subarray(0, 32)), 32)
  return header
}

export type HeaderCheck =
  | { state: 'good'; createdAt: number }
  | { state: 'damaged' }
  | { state: 'other_version'; version: number }

/** Says whether a segment's first bytes are the header of that name and this version. */
export function checkHeader(bytes: Buffer, name: SegmentName): HeaderCheck {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(magic)) return { state: 'damaged' }
  const version = bytes.readUInt16LE(8)
  const plain = (version ^ 0xffff) === bytes.readUInt16LE(10)
  if (plain && version !== formatVersion) return { state: 'other_version', version }
  const createdAt = bytes.readDoubleLE(24)
  const expected = encodeHeader(name, createdAt)
  return expected.equals(bytes.subarray(0, headerBytes)) ? { state: 'good', createdAt } : { state: 'damaged' }
}

/**
 * Fills in the head of a record whose payload already stands behind it in `bytes`.
 *
 * @param bytes the record: 16 bytes for the head, then the payload
 */
export function finishRecord(
  bytes: Buffer,
  record: { kind: RecordKind; sequence: number; epoch: bigint },
): void {
  recordMagic.copy(bytes)
  bytes.writeUInt16LE(recordKinds[record.kind], 2)
  bytes.writeUInt32LE(bytes.length - recordHeadBytes, 4)
  bytes.writeUInt32LE(record.sequence, 8)
  bytes.writeUInt32LE(recordChecksum(bytes, record.epoch), 12)
}

/** A record with a small payload. */
export function encodeRecord(
  record: { kind: RecordKind; sequence: number; epoch: bigint },
  payload: Uint8Array,
): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(recordHeadBytes), payload])
  finishRecord(bytes, record)
  return bytes
}

/** A whole record found at an offset of a segment. */
export type SegmentRecord = {
  kind: RecordKind
  sequence: number
  /** Head and payload. */
  bytes: Buffer
  payload: Buffer
  start: number
  end: number
}

/** The record that starts at an offset, or null when no whole one of this segment does. */
export function readRecord(bytes: Buffer, start: number, epoch: bigint): SegmentRecord | null {
  if (start + recordHeadBytes > bytes.length) return null
  if (bytes[start] !== recordMagic[0] || bytes[start + 1] !== recordMagic[1]) return null
  const kind = kindNames.get(bytes.readUInt16LE(start + 2))
  const end = start + recordHeadBytes + bytes.readUInt32LE(start + 4)
  if (!kind || end > bytes.length) return null
  const record = bytes.subarray(start, end)
  if (recordChecksum(record, epoch) !== record.readUInt32LE(12)) return null
  const payload = record.subarray(recordHeadBytes)
  return { kind, sequence: record.readUInt32LE(8), bytes: record, payload, start, end }
}

/** Whether a record head stands at an offset and the file is long enough for its payload, whatever the checksum says. */
export function isWholeButWrong(bytes: Buffer, start: number): boolean {
  if (start + recordHeadBytes > bytes.length) return false
  return start + recordHeadBytes + bytes.readUInt32LE(start + 4) <= bytes.length
}

// The random epoch seeds it: bytes of another segment, or a record that a visitor wrote into a text, never pass.
function recordChecksum(record: Buffer, epoch: bigint): number {
  const seed = Number(epoch & 0xffff_ffffn)
  return crc32(record.subarray(recordHeadBytes), crc32(record.subarray(0, 12), seed))
}

/** The numbers at the start of a `rows` payload: its batch, its rows, and when the latest was received (ms). */
export type RowsHead = { batch: number; events: number; claims: number; latest: number }

/** Writes the head into the first 20 bytes of a payload. */
export function writeRowsHead(payload: Buffer, head: RowsHead): void {
  payload.writeUInt32LE(head.batch, 0)
  payload.writeUInt32LE(head.events, 4)
  payload.writeUInt32LE(head.claims, 8)
  payload.writeDoubleLE(head.latest, 12)
}

export function readRowsHead(payload: Buffer): RowsHead {
  return {
    batch: payload.readUInt32LE(0),
    events: payload.readUInt32LE(4),
    claims: payload.readUInt32LE(8),
    latest: payload.readDoubleLE(12),
  }
}

/** The end of a batch: how many rows its records hold, and the CRC over the checksums of those records. */
export type Seal = { batch: number; events: number; claims: number; crc: number }

export function encodeSeal(seal: Seal): Buffer {
  const writer = new ByteWriter(16)
  writer.uint32(seal.batch)
  writer.uint32(seal.events)
  writer.uint32(seal.claims)
  writer.uint32(seal.crc)
  return writer.written()
}

export function decodeSeal(payload: Uint8Array): Seal {
  const reader = new ByteReader(payload)
  return { batch: reader.uint32(), events: reader.uint32(), claims: reader.uint32(), crc: reader.uint32() }
}

/** A batch of an earlier or the same segment that was confirmed by ClickHouse, or put into quarantine. */
export type Settled = { segment: SegmentName; batch: number; at: number }

export function encodeSettled(settled: Settled): Buffer {
  const writer = new ByteWriter(24)
  writer.uint32(settled.segment.number)
  writer.uint64(settled.segment.epoch)
  writer.uint32(settled.batch)
  writer.int64(settled.at)
  return writer.written()
}

export function decodeSettled(payload: Uint8Array): Settled {
  const reader = new ByteReader(payload)
  return {
    segment: { number: reader.uint32(), epoch: reader.uint64() },
    batch: reader.uint32(),
    at: reader.int64(),
  }
}

/** Adds a record's checksum to the running CRC of its batch. */
export function addToSealCrc(crc: number, record: Buffer): number {
  return crc32(record.subarray(12, recordHeadBytes), crc)
}
