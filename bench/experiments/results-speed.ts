import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ClickHouseClient } from '@clickhouse/client'
import { pino } from 'pino'
import { z } from 'zod'
import { startDashboard } from '../../dashboard/server/dashboard.ts'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { prepareDatabase } from '../../schema/clickhouse/prepare-database.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { parseConfig } from '../../schema/config.ts'
import { startEngineProcess } from '../../schema/engine/engine-for-tests.ts'
import { dayNumber, dayText } from '../../schema/site/local-day.ts'
import { exposedPaymentsSql } from './exposed-payments.ts'
import { exposedRefundsSql } from './exposed-refunds.ts'
import { exposedVisitorsSql } from './exposed-visitors.ts'

// How fast the results page of a split test answers, through the dashboard's door on a real engine:
// node bench/experiments/results-speed.ts [--visitors 1000000] [--days 28] [--looks 30]

const options = z.object({
  visitors: z.coerce.number().int().positive().default(1_000_000),
  days: z.coerce.number().int().min(2).max(180).default(28),
  looks: z.coerce.number().int().positive().default(30),
  seed: z.coerce.number().int().default(7),
})
const { values } = parseArgs({
  options: {
    visitors: { type: 'string' },
    days: { type: 'string' },
    looks: { type: 'string' },
    seed: { type: 'string' },
  },
})
const { visitors, days, looks, seed } = options.parse(values)

const print = (line: string) => process.stdout.write(`${line}\n`)
const dataDir = mkdtempSync(join(tmpdir(), 'revtrail-results-'))
const engine = await startEngineProcess({ dataDir, temporary: true })
const clickhouse = {
  url: engine.url,
  database: 'revtrail',
  writer: engine.users.writer,
  reader: engine.users.reader,
}
const log = pino({ level: 'warn' })
await prepareDatabase(clickhouse, log)

const owner = { email: 'owner@shop.example', password: 'correct horse battery' }
const parsed = parseConfig({
  DATA_DIR: dataDir,
  HOST: '127.0.0.1',
  ADMIN_EMAIL: owner.email,
  ADMIN_PASSWORD: owner.password,
})
if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
const clock = { ms: Date.now() }
const dashboard = await startDashboard(
  { config: { ...parsed.config, DASHBOARD_PORT: 0 }, clickhouse, log, now: () => clock.ms },
  { print: () => undefined },
)
const client = await logIn(`http://127.0.0.1:${dashboard.port}`)
const writer = createWriter(clickhouse)

const today = dayNumber(new Date(clock.ms).toISOString().slice(0, 10))
const firstDay = today - days + 1
const id = await startTest()
await addFacts(writer)
await measure()
await writer.close()
await dashboard.close()
await engine.stop()
rmSync(dataDir, { recursive: true, force: true })

/** A client of the dashboard's API with the owner's login. */
async function logIn(origin: string) {
  const headers = { 'content-type': 'application/json', origin, cookie: '' }
  const send = async (method: string, path: string, body?: object) => {
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await fetch(`${origin}${path}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
    headers.cookie ||= answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return text
  }
  await send('POST', '/api/login', owner)
  return send
}

async function startTest(): Promise<number> {
  await client('POST', '/api/sites', { domain: 'shop.example', timezone: 'UTC', currency: 'usd' })
  const text = await client('POST', '/api/sites/shop.example/experiments', {
    name: 'Pricing headline',
    kind: 'redirect',
    page: '/pricing',
    variants: [
      { name: 'Original', weight: 0.5 },
      { name: 'New', weight: 0.5, url: '/pricing-new' },
    ],
    goal: { kind: 'revenue', at_least: null },
    secondary: [
      { kind: 'event', name: 'Signup' },
      { kind: 'page', path: { operator: 'is', value: '/about' } },
      { kind: 'revenue', at_least: 5_000 },
    ],
    guardrails: [
      { goal: { kind: 'bounce' }, margin: 0.1 },
      { goal: { kind: 'refund' }, margin: 0.1 },
    ],
    planned_days: days + 7,
    planned_visitors: visitors,
  })
  const { experiment } = z
    .object({ experiment: z.object({ experiment_id: z.number() }) })
    .parse(JSON.parse(text))
  const now = clock.ms
  clock.ms = Date.parse(`${dayText(firstDay)}T00:00:00Z`)
  await client('POST', `/api/sites/shop.example/experiments/${experiment.experiment_id}/start`)
  clock.ms = now
  return experiment.experiment_id
}

async function addFacts(client: ClickHouseClient): Promise<void> {
  const begun = performance.now()
  for (let day = firstDay; day <= today; day++) {
    const query_params = {
      seed,
      site_id: 1,
      experiment_id: id,
      day: dayText(day),
      visitors: Math.ceil(visitors / days),
    }
    for (const query of [exposedVisitorsSql(), exposedPaymentsSql(), exposedRefundsSql()])
      await client.command({ query, query_params })
  }
  const [rows] = await readRows(client, {
    sql: 'SELECT (SELECT count() FROM exposures) AS exposures, (SELECT count() FROM events) AS events, (SELECT count() FROM payments) AS payments',
    row: z.object({ exposures: z.coerce.number(), events: z.coerce.number(), payments: z.coerce.number() }),
  })
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0)
  print(
    `${rows?.exposures} exposed visitors of ${days} days, ${rows?.events} events, ${rows?.payments} payments, made in ${seconds} s`,
  )
}

/** CPU of the engine's process so far, in ms; a tick is 10 ms. */
function engineCpu(): number {
  const fields = readFileSync(`/proc/${engine.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function measure(): Promise<void> {
  print(
    `${'look'.padEnd(34)} ${['min', 'median', 'p95', 'engine CPU', 'server CPU'].map((name) => name.padStart(11)).join('')}   (ms)`,
  )
  await look('first: every day is added up', 'results', 1)
  await look('again, nothing new', 'results', looks)
  await look('while events arrive', 'results', looks, arrive)
  await look('by device, source and country', 'breakdowns', looks)
  await writer.command({
    query: `INSERT INTO refunds (site_id, refund_id, payment_id, livemode, deducted, currency, version)
      SELECT site_id, 're_late', payment_id, true, amount, 'usd', 1 FROM payments WHERE day = {day:Date} LIMIT 1`,
    query_params: { day: dayText(firstDay + 1) },
  })
  await look('with a refund of an old day', 'results', looks)
  print(
    `load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}, others' work included`,
  )
}

/** One more visitor of today, inserted now, so that today has to be added up again. */
async function arrive(): Promise<void> {
  const event = {
    site_id: 1,
    day: dayText(today),
    name: 'exposure',
    visitor_id: String(Math.floor(performance.now() * 1_000)),
    session_id: String(BigInt(Date.now()) << 20n),
    received_at: new Date().toISOString().replace('T', ' ').slice(0, 23),
    event_id: randomUUID(),
    props: { experiment: String(id), phase: '1', variant: 'a' },
  }
  await writer.insert({ table: 'events', values: [event], format: 'JSONEachRow' })
}

async function look(
  name: string,
  part: string,
  times: number,
  between: () => Promise<void> = async () => undefined,
): Promise<void> {
  const path = `/api/sites/shop.example/experiments/${id}/${part}`
  if (times > 1) await client('GET', path)
  const walls: number[] = []
  const cpu = { engine: 0, server: 0 }
  for (let i = 0; i < times; i++) {
    await between()
    const [engineBefore, serverBefore, begun] = [engineCpu(), process.cpuUsage(), performance.now()]
    await client('GET', path)
    walls.push(performance.now() - begun)
    const server = process.cpuUsage(serverBefore)
    cpu.engine += (engineCpu() - engineBefore) / times
    cpu.server += (server.user + server.system) / 1_000 / times
  }
  walls.sort((a, b) => a - b)
  const at = (share: number) => walls[Math.min(times - 1, Math.floor(times * share))] ?? Number.NaN
  const numbers = [at(0), at(0.5), at(0.95), cpu.engine, cpu.server].map((ms) => ms.toFixed(1).padStart(11))
  print(`${name.padEnd(34)} ${numbers.join('')}`)
}
