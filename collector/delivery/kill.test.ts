import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type ClickHouseAddress, createWriter } from '../../schema/clickhouse/client.ts'
import { migrate } from '../../schema/clickhouse/migrate.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { type EngineProcess, startEngineProcess } from '../../schema/engine/engine-for-tests.ts'
import type { ChildOrder } from './store-child-for-tests.ts'
import { storedTotals } from './stored-totals-for-tests.ts'

const folder = mkdtempSync(join(tmpdir(), 'revtrail-kill-'))
const acknowledged = new Set<string>()
let engine: EngineProcess
let address: ClickHouseAddress

beforeAll(async () => {
  engine = await startEngineProcess({ dataDir: join(folder, 'data') })
  address = { url: engine.url, database: 'kill', ...engine.users }
  const admin = createClient({ url: engine.url, ...engine.users.writer })
  await admin.command({ query: 'CREATE DATABASE kill' })
  await admin.close()
  const writer = createWriter(address)
  await migrate(writer, pino({ level: 'silent' }))
  await writer.close()
})
afterAll(async () => {
  await engine.stop()
  rmSync(folder, { recursive: true })
})

function startStore(callers: number): ChildProcess {
  const child = fork(join(import.meta.dirname, 'store-child-for-tests.ts'), {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.on('message', (id) => acknowledged.add(String(id)))
  const order: ChildOrder = { folder: join(folder, 'journal'), address, callers }
  child.send(order)
  return child
}

async function acknowledgements(count: number): Promise<void> {
  const goal = acknowledged.size + count
  await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThanOrEqual(goal), { timeout: 20_000 })
}

async function killStore(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function killEngine(): Promise<void> {
  engine.kill('SIGKILL')
  await engine.exited
}

async function restartEngine(): Promise<void> {
  engine = await startEngineProcess({
    dataDir: join(folder, 'data'),
    port: Number(new URL(address.url).port),
  })
}

const somewhat = (least: number) => least + Math.floor(Math.random() * least * 3)

test('after kills of either process, or both, what was acknowledged is stored exactly once', async () => {
  for (const victim of ['store', 'engine', 'both', 'store', 'engine']) {
    const child = startStore(8)
    await acknowledgements(somewhat(300))
    if (victim !== 'store') await killEngine()
    if (victim === 'engine') await acknowledgements(somewhat(100))
    if (victim !== 'engine') await killStore(child)
    if (victim !== 'store') await restartEngine()
    if (victim === 'engine') {
      await acknowledgements(somewhat(300))
      await killStore(child)
    }
  }
  const last = startStore(1)
  await acknowledgements(1)
  last.kill('SIGTERM')
  const [code] = await once(last, 'exit')
  expect(code).toBe(0)

  const writer = createWriter(address)
  const stored = await readRows(writer, {
    sql: 'SELECT event_id FROM events',
    row: z.object({ event_id: z.string() }),
  })
  const totals = await storedTotals(writer)
  await writer.close()
  const ids = new Set(stored.map((row) => row.event_id))
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
  expect(totals.distinctEvents).toBe(totals.events)
  expect(totals.wrongSessions).toBe(0)
}, 120_000)
