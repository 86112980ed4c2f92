import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { vi } from 'vitest'
import { instantCell } from '../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import { parseConfig } from '../schema/config.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import { type Collector, startCollector } from './collector.ts'
import type { EventStore, openEventStore } from './delivery/event-store.ts'

type OpenStore = typeof openEventStore

/** A user agent of a person. */
export const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'
export const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

export const referenceKey = 'a1'.repeat(32)

/** A site as the dashboard writes it. */
export function siteCells(site: Partial<Site> & { site_id: number; domain: string }) {
  const cells = {
    hosts: [],
    timezone: 'UTC',
    timezone_next: '',
    timezone_next_at: 0,
    currency: 'usd',
    reference_key: referenceKey,
    payment_link_hosts: [],
    honour_gpc: false,
    revenue_attribution: true,
    created_at: 0,
    version: 1n,
    ...site,
  }
  return {
    ...cells,
    timezone_next_at: instantCell(cells.timezone_next_at),
    created_at: instantCell(cells.created_at),
    version: String(cells.version),
    deleted: false,
  }
}

/** A store in memory, for tests of acceptance alone; `full` makes it refuse. */
export function memoryStore(rows: AcceptedRows[] = []) {
  const state = { rows, full: false }
  const store: EventStore = {
    append: async (accepted) => {
      if (state.full) return 'overloaded'
      rows.push(accepted)
      return 'stored'
    },
    recentRows: async function* (since) {
      for (const each of rows) if (each.events.some((event) => event.received_at >= since)) yield each
    },
    stats: () => ({
      bytes: 0,
      segments: 0,
      undeliveredRows: 0,
      backlogAgeMs: 0,
      lastConfirmedAt: null,
      quarantined: 0,
      full: state.full ? 'disk' : 'no',
    }),
    close: async () => {},
  }
  const open: OpenStore = async () => store
  return { ...state, state, open }
}

/** A collector on a free port with a clock that the test moves. */
export type CollectorUnderTest = Collector & {
  clock: { now: number }
  folder: string
  /** Sends a body as a tracker does. */
  post: (body: unknown, headers?: Record<string, string>) => Promise<{ response: Response; body: unknown }>
  url: string
}

export type UnderTestOptions = {
  database: TestDatabase
  /** The real one by default. */
  openStore?: OpenStore
  env?: Record<string, string>
  /** The clock's time, which stands still until the test moves it. */
  at?: string
  folder?: string
  clickhouseUrl?: string
  /** 0, the default, picks a free one. */
  port?: number
}

/** Starts a collector against the test engine. */
export async function startUnderTest(options: UnderTestOptions): Promise<CollectorUnderTest> {
  const folder = options.folder ?? temporaryFolder()
  const parsed = parseConfig({ DATA_DIR: folder, HOST: '127.0.0.1', ...options.env })
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const clock = { now: Date.parse(options.at ?? '2026-11-24T10:00:00Z') }
  const { address } = options.database
  const collector = await startCollector(
    {
      config: { ...parsed.config, COLLECTOR_PORT: options.port ?? 0 },
      clickhouse: { ...address, url: options.clickhouseUrl ?? address.url },
      log: pino({ level: 'silent' }),
      now: () => clock.now,
    },
    options.openStore,
  )
  const url = `http://127.0.0.1:${collector.port}`
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/api/event`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'user-agent': chrome, 'content-type': 'text/plain', ...headers },
    })
    return { response, body: await response.json() }
  }
  return { ...collector, clock, folder, post, url }
}

const folders: string[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'revtrail-collector-'))
  folders.push(folder)
  return folder
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Adds sites to a test database. */
export async function addSites(
  database: TestDatabase,
  ...sites: (Partial<Site> & { site_id: number; domain: string })[]
): Promise<void> {
  await database.writer.insert({ table: 'sites', values: sites.map(siteCells), format: 'JSONEachRow' })
}

/** Waits for something to hold, as a user would look again. */
export async function eventually(check: () => Promise<void> | void): Promise<void> {
  await vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

export { openTestDatabase }
