import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { storedTotals } from './collector/delivery/stored-totals-for-tests.ts'
import {
  findPlot,
  openDatabase,
  owner,
  type Plot,
  probe,
  type RunningInstallation,
  runMain,
  startWhole,
  untilReady,
} from './dashboard/e2e/installation-for-tests.ts'
import { readRows } from './schema/clickhouse/read-rows.ts'
import type { Role } from './schema/process/service.ts'

const domain = 'shop.example'
const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

// A start takes 2 s, and ten times that on a machine that is busy with other things.
vi.setConfig({ testTimeout: 120_000 })

let plot: Plot
let whole: RunningInstallation
/** Whatever is acknowledged in any of the tests. */
const acknowledged = new Set<string>()
const started = new Set<number>()

beforeAll(async () => {
  plot = await findPlot({
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: owner.password,
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_IP: '0',
  })
})
afterAll(() => plot.remove())

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Resolves when no process of ours is left. */
async function untilAllGone(): Promise<void> {
  for (const pid of whole.pids()) started.add(pid)
  expect(started.size).toBeGreaterThan(4)
  await vi.waitFor(() => expect([...started].filter(isAlive)).toEqual([]), { timeout: 30_000 })
}

async function loadPage(eventId: string, person: number): Promise<boolean> {
  const response = await fetch(`${plot.urls.collector}/api/event`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain',
      'user-agent': userAgent,
      'x-forwarded-for': `203.0.113.${person}`,
    },
    body: JSON.stringify({
      n: 'pageview',
      u: `https://${domain}/${eventId.slice(0, 2)}`,
      d: domain,
      event_id: eventId,
    }),
  }).catch(() => null)
  // The head acknowledges: the process may be killed before the body is through. A new site is known within 2 s; until
  // then the event is dropped with that reason.
  await response?.text().catch(() => '')
  return response?.status === 202 && !response.headers.has('x-revtrail-dropped')
}

/** People who load pages without a pause; each tries again with the same event_id until it is acknowledged. */
function startLoad(people: number) {
  const ending = new AbortController()
  const browse = async (person: number) => {
    for (let id = randomUUID(); !ending.signal.aborted; ) {
      if (await loadPage(id, person)) {
        acknowledged.add(id)
        id = randomUUID()
      } else await pause(20)
    }
  }
  const browsing = Array.from({ length: people }, (_, person) => browse(person))
  return {
    /** Resolves when so many more are acknowledged. */
    more: async (count: number) => {
      const goal = acknowledged.size + count
      await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThanOrEqual(goal), { timeout: 30_000 })
    },
    end: async () => {
      ending.abort()
      await Promise.all(browsing)
    },
  }
}

const eventId = z.object({ event_id: z.string() })

/** Acknowledged events that the engine lacks, rows that it has too often, and visits that contradict their events. */
async function faultsOfStore(): Promise<{ lost: number; doubled: number; wrongSessions: number }> {
  const database = openDatabase(plot)
  try {
    const rows = await readRows(database, { sql: 'SELECT event_id FROM events', row: eventId })
    const stored = new Set(rows.map((row) => row.event_id))
    const lost = [...acknowledged].filter((id) => !stored.has(id)).length
    const { wrongSessions } = await storedTotals(database)
    return { lost, doubled: rows.length - stored.size, wrongSessions }
  } finally {
    await database.close()
  }
}

const faultless = { lost: 0, doubled: 0, wrongSessions: 0 }

test('a start that cannot succeed says all that is wrong, and starts nothing', async () => {
  const misread = {
    DASHBOARD_PORT: 'eighty',
    JOURNAL_MAX_BYTES: '12',
    TRUSTED_PROXIES: 'everyone',
    LOG_LEVEL: 'loud',
    STRIPE_API_BASE: 'http://stripe.example',
    ADMIN_PASSWORD: '',
  }
  const faulty = runMain({ ...plot, environment: { ...plot.environment, ...misread } })
  const unknown = runMain(plot, 'colector')
  expect([await faulty.ended, await unknown.ended]).toEqual([1, 1])
  for (const name of Object.keys(misread)) expect(faulty.printed()).toContain(`\n  ${name} `)
  expect(faulty.printed()).not.toContain('COLLECTOR_PORT')
  expect(unknown.printed()).toContain('Usage: node main.ts')
})

test('one command starts all four processes', async () => {
  whole = await startWhole(plot)
  const urls = Object.values(plot.urls)
  expect(await Promise.all(urls.map((url) => probe(url, 'health')))).toEqual([200, 200, 200, 200])
  await vi.waitFor(() =>
    expect(whole.printed()).toContain('Revtrail is running. Dashboard: http://localhost:'),
  )
  expect(whole.printed()).not.toContain('setup?token=')
})

test('a second start on the same data directory, and one on a taken port, say so and change nothing', async () => {
  const other = await findPlot()
  const busy = createServer().listen(0, '127.0.0.1')
  await once(busy, 'listening')
  const address = busy.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { DATA_DIR = '' } = plot.environment
  const second = runMain({ ...other, environment: { ...other.environment, DATA_DIR } })
  const crowded = runMain({ ...other, environment: { ...other.environment, COLLECTOR_PORT: String(port) } })
  expect([await second.ended, await crowded.ended]).toEqual([1, 1])
  expect(second.printed()).toContain(
    `The data directory ${DATA_DIR} is in use: process ${whole.process.pid} runs its engine`,
  )
  expect(crowded.printed()).toContain(`Port ${port} is taken by another program. Nothing was started.`)
  expect(crowded.printed()).toContain('COLLECTOR_PORT')
  busy.close()
  await other.remove()
  await untilReady(Object.values(plot.urls))
})

test('kills of the collector and of the engine under load lose no acknowledged event and double none', async () => {
  await whole.signIn()
  await whole.ask('POST', '/api/sites', { domain, timezone: 'Europe/Berlin', currency: 'eur' })
  const load = startLoad(6)
  await load.more(1)
  const rounds: Role[][] = [['collector'], ['engine'], ['collector'], ['engine', 'collector'], ['engine']]
  for (const victims of rounds) {
    await load.more(50 + Math.floor(Math.random() * 300))
    const before = victims.map((role) => whole.pid(role))
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(victims.map((role) => whole.pid(role))).not.toEqual(before), {
      timeout: 20_000,
    })
  }
  await load.more(50)
  await load.end()
  await vi.waitFor(async () => expect(await faultsOfStore()).toEqual(faultless), {
    timeout: 30_000,
    interval: 200,
  })
})

test('SIGTERM under load ends everything within 10 s, with all that was acknowledged in the engine', async () => {
  const load = startLoad(6)
  await load.more(200)
  whole.process.kill('SIGTERM')
  const code = await Promise.race([
    once(whole.process, 'exit').then(() => whole.process.exitCode),
    pause(10_000).then(() => 'still running'),
  ])
  expect(code).toBe(0)
  await load.end()
  await untilAllGone()

  const engine = runMain(plot, 'engine')
  await untilReady([plot.urls.engine])
  expect(await faultsOfStore()).toEqual(faultless)
  engine.process.kill('SIGTERM')
  expect(await engine.ended).toBe(0)
})

test('it starts again on the same directory, also after a main that was killed with its journal full of work', async () => {
  whole = await startWhole(plot)
  const load = startLoad(6)
  await load.more(100)
  whole.process.kill('SIGKILL')
  await untilAllGone()
  await load.end()

  whole = await startWhole(plot)
  await vi.waitFor(async () => expect(await faultsOfStore()).toEqual(faultless), {
    timeout: 30_000,
    interval: 200,
  })
  await whole.stop()
  expect(whole.process.exitCode).toBe(0)
  await untilAllGone()
})
