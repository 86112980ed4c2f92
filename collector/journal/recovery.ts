import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Disk, readWhole } from './disk.ts'
import type { Quarantine } from './quarantine.ts'
import { newSegment, type SealedBatch, type Segment } from './segment.ts'
import {
  addToSealCrc,
  checkHeader,
  decodeSeal,
  decodeSettled,
  formatVersion,
  headerBytes,
  isWholeButWrong,
  parseSegmentFileName,
  readRowsHead,
  type Seal,
  type SegmentName,
  type SegmentRecord,
  type Settled,
  segmentFileName,
} from './segment-format.ts'
import { type Damage, type Scan, scanSegment } from './segment-scan.ts'

/** What earlier processes left: all segments, oldest first, and the batches that no one confirmed. */
export type Recovered = { segments: Segment[]; batches: SealedBatch[] }

type Place = { disk: Disk; folder: string; log: Logger; quarantine: Quarantine }
type Found = { segment: Segment; batches: SealedBatch[]; settled: Settled[] }

/**
 * Reads a journal's folder after a stop of any kind. The torn tail of the last segment is cut off (no one was told that
 * it is stored); any other damage goes to quarantine, is logged, and the rest is used. Nothing is appended to a
 * recovered segment, so its last batch needs no seal to stay the same.
 *
 * @throws Error when a segment has another format version; nothing was changed then
 */
export async function recover(place: Place): Promise<Recovered> {
  const names = await segmentNames(place)
  for (const name of names) await refuseOtherVersion(place, name)
  const found: Found[] = []
  for (const name of names) {
    const each = await recoverSegment(place, name, name === names.at(-1))
    if (each) found.push(each)
  }
  const bySegment = new Map(found.map((each) => [each.segment.fileName, each]))
  for (const { settled } of found) for (const one of settled) settle(bySegment, one)
  const batches = found.flatMap((each) => each.batches.filter((batch) => each.segment.open.has(batch.index)))
  return { segments: found.map((each) => each.segment), batches }
}

async function segmentNames({ disk, folder }: Place): Promise<SegmentName[]> {
  const names = (await disk.list(folder)).map(parseSegmentFileName).filter((name) => name !== null)
  return names.sort((one, other) => one.number - other.number)
}

async function refuseOtherVersion({ disk, folder }: Place, name: SegmentName): Promise<void> {
  const path = join(folder, segmentFileName(name))
  const file = await disk.open(path)
  const check = checkHeader(await file.read(headerBytes, 0), name)
  await file.close()
  if (check.state !== 'other_version') return
  throw new Error(
    `The journal's segment ${path} has format version ${check.version}, and this build reads version ` +
      `${formatVersion}. Nothing was changed. Start the version that wrote it and stop it with SIGTERM, so that it ` +
      'delivers what is left.',
  )
}

async function recoverSegment(place: Place, name: SegmentName, last: boolean): Promise<Found | null> {
  const fileName = segmentFileName(name)
  const bytes = await readWhole(place.disk, place.folder, fileName)
  const header = checkHeader(bytes, name)
  const scan = scanSegment(bytes, name.epoch)
  const segment = newSegment(name, header.state === 'good' ? header.createdAt : 0)
  if (last) await cutTail({ place, segment, bytes, scan })
  if (last && scan.records.length === 0 && !segment.keep) {
    await place.disk.remove(join(place.folder, fileName))
    await place.disk.syncFolder(place.folder)
    return null
  }
  segment.bytes = last && !segment.keep ? scan.validEnd : bytes.length
  const damage = [...scan.damage]
  if (header.state === 'damaged') damage.unshift({ start: 0, end: Math.min(headerBytes, bytes.length) })
  if (!last && scan.validEnd < bytes.length) damage.push({ start: scan.validEnd, end: bytes.length })
  for (const stretch of damage) await isolate({ place, segment, bytes, stretch })
  // Only sealed batches are sent, and the next process begins a segment of its own.
  const neverSent = last && damage.length === 0 && segment.bytes === bytes.length
  const batches = batchesOf({ segment, records: scan.records, log: place.log, neverSent })
  const settled = scan.records.filter((record) => record.kind === 'settled')
  return { segment, batches, settled: settled.map((record) => decodeSettled(record.payload)) }
}

// A write that a kill tore is shorter than it says. One of full length that fails its checksum may be a hole that a
// power cut left, or an acknowledged record that the disk spoiled: it is cut too, but a copy is kept and counted.
async function cutTail(tail: { place: Place; segment: Segment; bytes: Buffer; scan: Scan }): Promise<void> {
  const { place, segment, bytes, scan } = tail
  const stretch = { start: scan.validEnd, end: bytes.length }
  if (isWholeButWrong(bytes, scan.validEnd)) await isolate({ place, segment, bytes, stretch })
  if (segment.keep) return
  const file = await place.disk.open(join(place.folder, segment.fileName))
  try {
    if (stretch.start < stretch.end) {
      await file.truncate(stretch.start)
      const facts = { segment: segment.fileName, cut_bytes: stretch.end - stretch.start }
      place.log.warn(
        { ...facts, kept_records: scan.records.length },
        'the torn end of the journal was cut off',
      )
    }
    // What a killed process wrote may be in memory only, and is about to be sent.
    await file.sync()
  } finally {
    await file.close()
  }
}

async function isolate(damaged: {
  place: Place
  segment: Segment
  bytes: Buffer
  stretch: Damage
}): Promise<void> {
  const { place, segment, bytes, stretch } = damaged
  const lost = stretch.end - stretch.start
  const facts = {
    segment: segment.fileName,
    from: stretch.start,
    bytes: lost,
    kept_bytes: bytes.length - lost,
  }
  try {
    const name = `${segment.fileName}-${stretch.start}-${stretch.end}.damaged`
    await place.quarantine.keep(name, bytes.subarray(stretch.start, stretch.end))
    place.log.error(facts, 'a damaged part of the journal was put into quarantine; the rest is used')
  } catch (error) {
    segment.keep = true
    place.log.error(
      { ...facts, err: error },
      'a damaged part of the journal could not be copied; its file stays',
    )
  }
}

type Run = { batch: SealedBatch; crc: number }
type Source = { segment: Segment; records: SegmentRecord[]; log: Logger; neverSent: boolean }

function batchesOf({ segment, records, log, neverSent }: Source): SealedBatch[] {
  const runs = new Map<number, Run>()
  const sealed = new Set<number>()
  for (const record of records) {
    if (record.kind === 'rows') addRecord(segment, runs, record)
    if (record.kind !== 'seal') continue
    const seal = decodeSeal(record.payload)
    compareWithSeal(seal, runs, log)
    sealed.add(seal.batch)
  }
  const batches = [...runs.values()].map((run) => run.batch)
  for (const batch of batches) batch.doubtful = sealed.has(batch.index) || !neverSent
  segment.open = new Set(batches.map((batch) => batch.index))
  return batches
}

function addRecord(segment: Segment, runs: Map<number, Run>, record: SegmentRecord): void {
  const head = readRowsHead(record.payload)
  const place = { index: head.batch, start: record.start, end: record.end, since: head.latest }
  const batch = { segment: segment.name, ...place, events: 0, claims: 0, doubtful: true }
  const run = runs.get(head.batch) ?? { batch, crc: 0 }
  run.batch.end = record.end
  run.batch.events += head.events
  run.batch.claims += head.claims
  run.crc = addToSealCrc(run.crc, record.bytes)
  segment.latest = Math.max(segment.latest, head.latest)
  runs.set(head.batch, run)
}

function compareWithSeal(seal: Seal, runs: Map<number, Run>, log: Logger): void {
  const run = runs.get(seal.batch)
  if (run && run.crc === seal.crc) return
  const found = { events: run?.batch.events ?? 0, claims: run?.batch.claims ?? 0 }
  log.error(
    { sealed: seal, found },
    'a sealed batch of the journal lost records; what is left of it is delivered',
  )
}

function settle(bySegment: Map<string, Found>, settled: Settled): void {
  const segment = bySegment.get(segmentFileName(settled.segment))?.segment
  segment?.open.delete(settled.batch)
  if (segment) segment.settledAt = Math.max(segment.settledAt, settled.at)
}
