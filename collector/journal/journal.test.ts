import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import type { AcceptedRows } from '../accepted-rows.ts'
import { fault, MemoryDisk } from './disk-for-tests.ts'
import { Journal } from './journal.ts'
import type { JournalOptions } from './journal-options.ts'
import { exampleClaim, exampleEvent, exampleTime } from './rows-for-tests.ts'
import { batchToken, type SealedBatch } from './segment.ts'
import { headerBytes } from './segment-format.ts'

const folder = '/journal'
const log = pino({ level: 'silent' })

async function openJournal(disk: MemoryDisk, options: Partial<JournalOptions> = {}) {
  const sealed: SealedBatch[] = []
  const journal = await Journal.open({
    folder,
    disk,
    log,
    now: () => exampleTime,
    maxBytes: 1_000_000,
    reserveBytes: 2_000,
    onStored: () => undefined,
    onSealed: (batch) => sealed.push(batch),
    onFatal: () => undefined,
    ...options,
  })
  return { journal, sealed }
}

function request(pathname: string): AcceptedRows {
  return { events: [exampleEvent({ pathname })], claims: [] }
}

async function collect(rows: AsyncIterable<AcceptedRows>): Promise<AcceptedRows[]> {
  const all: AcceptedRows[] = []
  for await (const each of rows) all.push(each)
  return all
}

async function batchRows(journal: Journal, batch: SealedBatch): Promise<AcceptedRows[]> {
  const all: AcceptedRows[] = []
  for await (const record of journal.readBatch(batch)) all.push(...record)
  return all
}

function segmentPaths(disk: MemoryDisk): string[] {
  return [...disk.files.keys()].filter((path) => path.endsWith('.segment')).sort()
}

function spoil(disk: MemoryDisk, path: string, change: (bytes: Buffer) => Buffer): void {
  const file = disk.files.get(path)
  if (file) file.bytes = change(Buffer.from(file.bytes))
}

describe('what was appended', () => {
  test('is there after a restart, in its order and with its claims', async () => {
    const disk = new MemoryDisk()
    const first = await openJournal(disk)
    const requests = [request('/1'), { events: [exampleEvent()], claims: [exampleClaim()] }, request('/3')]
    const outcomes = await Promise.all(requests.map((rows) => first.journal.append(rows)))
    expect(outcomes).toEqual(['stored', 'stored', 'stored'])
    await first.journal.close()
    const { journal } = await openJournal(disk)
    expect(await collect(journal.recentRows(0))).toEqual(requests)
    expect(journal.stats()).toMatchObject({ undeliveredRows: 4, quarantined: 0 })
  })

  test('comes in one batch with the same token before and after a restart', async () => {
    const disk = new MemoryDisk()
    const first = await openJournal(disk)
    await first.journal.append(request('/1'))
    first.journal.seal()
    await first.journal.append(request('/2'))
    await first.journal.close()
    const sent = first.sealed.map(batchToken)
    const { journal } = await openJournal(disk)
    const batch = journal.nextBatch
    expect(sent).toEqual([batch && batchToken(batch)])
    expect(batch && (await batchRows(journal, batch))).toMatchObject([{ events: [{ pathname: '/1' }] }])
    if (batch) journal.settle(batch)
    const next = journal.nextBatch
    expect(next && (await batchRows(journal, next))).toMatchObject([{ events: [{ pathname: '/2' }] }])
  })

  test('is not delivered again once it was settled', async () => {
    const disk = new MemoryDisk()
    const first = await openJournal(disk)
    await first.journal.append(request('/1'))
    first.journal.seal()
    await first.journal.settledDown()
    for (const batch of first.sealed) first.journal.settle(batch)
    await first.journal.close()
    const { journal } = await openJournal(disk)
    expect(journal.nextBatch).toBeUndefined()
    expect(await collect(journal.recentRows(exampleTime))).toHaveLength(1)
    expect(await collect(journal.recentRows(exampleTime + 1))).toHaveLength(0)
  })

  test('that does not fit a table is refused alone', async () => {
    const { journal } = await openJournal(new MemoryDisk())
    const good = journal.append(request('/1'))
    await expect(journal.append({ events: [exampleEvent({ day: -1 })], claims: [] })).rejects.toThrow(
      RangeError,
    )
    expect(await good).toBe('stored')
    expect(await collect(journal.recentRows(0))).toHaveLength(1)
  })
})

test('no request is stored before its sync returned, and one sync stores all that waited', async () => {
  const disk = new MemoryDisk()
  const { journal } = await openJournal(disk)
  const gate = Promise.withResolvers<void>()
  let syncs = 0
  disk.onCall = async (call) => {
    if (call === 'sync' && ++syncs === 1) await gate.promise
  }
  const stored: string[] = []
  const append = (pathname: string) => journal.append(request(pathname)).then(() => stored.push(pathname))
  const first = append('/1')
  await vi.waitFor(() => expect(syncs).toBe(1))
  const others = ['/2', '/3', '/4'].map(append)
  expect(stored).toEqual([])
  gate.resolve()
  await Promise.all([first, ...others])
  expect(stored).toEqual(['/1', '/2', '/3', '/4'])
  expect(syncs).toBe(2)
})

describe('segments', () => {
  test('are deleted when their batches are settled and the retention is over, never before', async () => {
    const disk = new MemoryDisk()
    let time = exampleTime
    const { journal, sealed } = await openJournal(disk, { segmentBytes: 300, now: () => time })
    for (const pathname of ['/1', '/2', '/3', '/4']) {
      await journal.append(request(pathname))
      await journal.append(request(pathname))
    }
    await journal.settledDown()
    const [oldest = '', ...younger] = segmentPaths(disk)
    expect(younger.length).toBeGreaterThan(1)
    const [first, ...others] = sealed
    const later = async () => {
      time += 600_001
      await journal.append(request('/later'))
      journal.seal()
      await journal.settledDown()
      const last = sealed.at(-1)
      if (last) journal.settle(last)
      await journal.settledDown()
    }
    for (const batch of others) journal.settle(batch)
    await later()
    expect(segmentPaths(disk)).toEqual(expect.arrayContaining([oldest, ...younger]))
    if (first) journal.settle(first)
    await journal.settledDown()
    expect(segmentPaths(disk)).toContain(oldest)
    await later()
    const left = segmentPaths(disk)
    expect([oldest, ...younger].filter((path) => left.includes(path))).toEqual(younger.slice(-1))
  })

  test('of another version refuse to start, by name, and nothing is changed', async () => {
    const disk = new MemoryDisk()
    const { journal } = await openJournal(disk)
    await journal.append(request('/1'))
    await journal.close()
    const [path = ''] = segmentPaths(disk)
    spoil(disk, path, (bytes) => {
      bytes.writeUInt16LE(2, 8)
      bytes.writeUInt16LE(2 ^ 0xffff, 10)
      return bytes
    })
    const before = disk.files.get(path)?.bytes
    await expect(openJournal(disk)).rejects.toThrow(/has format version 2, and this build reads version 1/)
    expect(disk.files.get(path)?.bytes).toEqual(before)
  })
})

/** A journal of three requests in three records, closed, and the places where its records end. */
async function threeRecords() {
  const disk = new MemoryDisk()
  const { journal } = await openJournal(disk)
  const ends: number[] = []
  for (const pathname of ['/1', '/2', '/3']) {
    await journal.append(request(pathname))
    ends.push(journal.stats().bytes)
  }
  await journal.close()
  const [path = ''] = segmentPaths(disk)
  return { disk, path, ends, bytes: Buffer.from(disk.files.get(path)?.bytes ?? []) }
}

async function pathnames(journal: Journal): Promise<string[]> {
  const rows = await collect(journal.recentRows(0))
  return rows.flatMap((each) => each.events.map((event) => event.pathname))
}

describe('recovery', () => {
  test('cuts a tail torn at any byte and keeps every whole record', async () => {
    const { path, ends, bytes } = await threeRecords()
    for (let end = 0; end <= bytes.length; end++) {
      const disk = new MemoryDisk()
      disk.files.set(path, { bytes: bytes.subarray(0, end), durable: bytes, lasting: true })
      const { journal } = await openJournal(disk)
      const whole = ['/1', '/2', '/3'].filter((_, index) => (ends[index] ?? 0) <= end)
      expect(await pathnames(journal)).toEqual(whole)
      expect(journal.stats().quarantined).toBe(0)
      expect(await journal.append(request('/4'))).toBe('stored')
      await journal.close()
      const again = await openJournal(disk)
      expect(await pathnames(again.journal)).toEqual([...whole, '/4'])
    }
  })

  test('loses at most the record of a flipped byte, keeps a copy of it, and counts it', async () => {
    const { path, ends, bytes } = await threeRecords()
    for (let at = 0; at < bytes.length; at++) {
      const spoiled = Buffer.from(bytes)
      spoiled[at] = (spoiled[at] ?? 0) ^ 0x40
      const disk = new MemoryDisk()
      disk.files.set(path, { bytes: spoiled, durable: spoiled, lasting: true })
      const { journal } = await openJournal(disk)
      const hit = at < headerBytes ? -1 : ends.findIndex((end) => at < end)
      expect(await pathnames(journal)).toEqual(['/1', '/2', '/3'].filter((_, index) => index !== hit))
      const cutLength = hit === 2 && journal.stats().quarantined === 0
      if (!cutLength) expect(journal.stats().quarantined).toBe(1)
      await journal.close()
      const again = await openJournal(disk)
      expect(again.journal.stats().quarantined).toBe(cutLength ? 0 : 1)
    }
  })

  test('keeps what is whole in a segment that is not the last and lost its end', async () => {
    const { disk, path } = await threeRecords()
    const second = await openJournal(disk)
    await second.journal.append(request('/4'))
    await second.journal.close()
    spoil(disk, path, (bytes) => bytes.subarray(0, bytes.length - 10))
    const { journal } = await openJournal(disk)
    expect(await pathnames(journal)).toEqual(['/1', '/2', '/4'])
    expect(journal.stats().quarantined).toBe(1)
  })
})

/** A small generator of random numbers from 0 to 1 (mulberry32), so that a seed tells the whole story. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('a power cut at any call loses nothing that was acknowledged, and changes no batch that was sealed', async () => {
  for (let seed = 0; seed < 1000; seed++) {
    const chance = randomFrom(seed)
    const disk = new MemoryDisk()
    let left = Math.floor(chance() * 60)
    disk.onCall = () => (left-- > 0 ? undefined : new Promise(() => undefined))
    const stored: string[] = []
    const settled: SealedBatch[] = []
    const sealed: SealedBatch[] = []
    const opened = await Promise.race([
      openJournal(disk, { segmentBytes: 1_000, retentionMs: 1e9, onSealed: (batch) => sealed.push(batch) }),
      turns(50),
    ])
    for (let round = 0; opened && round < 12; round++) {
      for (let count = chance() * 3; count > 0; count--) {
        const rows = request(`/${round}`)
        const id = rows.events[0]?.event_id ?? ''
        opened.journal.append(rows).then(
          () => stored.push(id),
          () => undefined,
        )
      }
      if (chance() < 0.4) opened.journal.seal()
      await turns(Math.floor(chance() * 12))
      const next = opened.journal.nextBatch
      if (next && chance() < 0.4) {
        settled.push(next)
        opened.journal.settle(next)
      }
    }
    const before = await Promise.all(
      sealed.map(async (batch) => opened && (await batchRows(opened.journal, batch))),
    )
    const { journal } = await openJournal(disk.afterPowerCut(chance))
    const rows = (await collect(journal.recentRows(0))).flatMap((each) =>
      each.events.map((event) => event.event_id),
    )
    expect(new Set(rows).size, `seed ${seed}: doubled`).toBe(rows.length)
    expect(rows, `seed ${seed}: lost`).toEqual(expect.arrayContaining(stored))
    const after = await Promise.all(sealed.map((batch) => batchRows(journal, batch)))
    expect(after, `seed ${seed}: a sealed batch changed`).toEqual(before)
  }
})

async function turns(count: number): Promise<undefined> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a full journal', () => {
  test('refuses at its limit, and takes rows again when enough was delivered', async () => {
    const disk = new MemoryDisk()
    const { journal } = await openJournal(disk, { maxBytes: 8_000 })
    const stored: string[] = []
    for (let count = 0; count < 200 && journal.stats().full === 'no'; count++)
      if ((await journal.append(request(`/${count}`))) === 'stored') stored.push(`/${count}`)
    expect(journal.stats().full).toBe('journal')
    expect(journal.stats().bytes).toBeLessThan(9_000)
    expect(await journal.append(request('/refused'))).toBe('overloaded')
    expect(await pathnames(journal)).toEqual(stored)
    await vi.waitFor(() => {
      const next = journal.nextBatch
      if (next) journal.settle(next)
      expect(journal.stats().full).toBe('no')
    })
    expect(await journal.append(request('/again'))).toBe('stored')
    await journal.close()
  })

  test('refuses more than it may hold in memory while the disk is slow', async () => {
    const disk = new MemoryDisk()
    const { journal } = await openJournal(disk, { pendingBytes: 2_000 })
    const gate = Promise.withResolvers<void>()
    disk.onCall = () => gate.promise
    const outcomes = Array.from({ length: 100 }, (_, count) => journal.append(request(`/${count}`)))
    expect(await outcomes.at(-1)).toBe('overloaded')
    gate.resolve()
    const stored = (await Promise.all(outcomes)).filter((outcome) => outcome === 'stored')
    expect(await pathnames(journal)).toHaveLength(stored.length)
    await journal.close()
  })
})

describe('a full disk', () => {
  test('refuses, keeps what was acknowledged, and heals when what waits is delivered, three times', async () => {
    const disk = new MemoryDisk()
    const { journal } = await openJournal(disk)
    disk.capacity = 12_000
    for (let round = 0; round < 3; round++) {
      const stored: string[] = []
      for (let count = 0; count < 200 && journal.stats().full === 'no'; count++)
        if ((await journal.append(request(`/${round}-${count}`))) === 'stored')
          stored.push(`/${round}-${count}`)
      expect(journal.stats().full).toBe('disk')
      expect(await journal.append(request('/refused'))).toBe('overloaded')
      expect((await pathnames(journal)).slice(-stored.length)).toEqual(stored)
      await vi.waitFor(() => {
        const next = journal.nextBatch
        if (next) journal.settle(next)
        expect(journal.stats().full).toBe('no')
      })
    }
    await journal.close()
    const again = await openJournal(disk)
    expect(again.journal.stats().quarantined).toBe(0)
  })

  test('heals when others make room', async () => {
    const disk = new MemoryDisk()
    const { journal } = await openJournal(disk)
    disk.capacity = disk.used
    await disk.remove(`${folder}/reserve`)
    disk.capacity = disk.used
    expect(await journal.append(request('/refused'))).toBe('overloaded')
    disk.capacity = 1_000_000
    await vi.waitFor(async () => expect(await journal.append(request('/again'))).toBe('stored'))
    expect(await pathnames(journal)).toEqual(['/again'])
    await journal.close()
  })
})

describe('a disk that fails', () => {
  test.each(['write', 'sync'] as const)('in a %s acknowledges nothing from then on', async (failing) => {
    const disk = new MemoryDisk()
    const fatal: Error[] = []
    const { journal } = await openJournal(disk, { onFatal: (error) => fatal.push(error) })
    expect(await journal.append(request('/1'))).toBe('stored')
    disk.onCall = (call) => {
      if (call === failing) throw fault('EIO')
    }
    const waiting = Promise.allSettled([journal.append(request('/2')), journal.append(request('/3'))])
    expect((await waiting).map((each) => each.status)).toEqual(['rejected', 'rejected'])
    disk.onCall = () => undefined
    await expect(journal.append(request('/4'))).rejects.toThrow('The journal could not be written.')
    expect(fatal.map((error) => error.cause)).toEqual([fault('EIO')])
    const again = await openJournal(disk)
    expect((await pathnames(again.journal)).at(0)).toBe('/1')
  })
})
