import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { z } from 'zod'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { prepareDatabase } from '../../schema/clickhouse/prepare-database.ts'
import { type EngineProcess, startEngineProcess } from '../../schema/engine/engine-for-tests.ts'
import { dayNumber } from '../../schema/site/local-day.ts'
import { Rollups } from '../../verifier/rollups/rollups.ts'
import { cpuTimeOf } from './cpu-time.ts'
import { openDashboard } from './dashboard-under-test.ts'
import { generate } from './generate.ts'
import { measurePage } from './measure-page.ts'
import { awaitMerges } from './merges.ts'
import { describe, type Finding } from './results.ts'
import { type Scale, shownDays } from './scale.ts'
import { readStored } from './stored.ts'

const usage = `node bench/query/main.ts [--events 10000000,100000000] [--pages 40] [--seed 7] [--folder DIR]

Measures the dashboard's page over so many events of all sites; the measured site has a tenth of them in 30 days.`

const options = z.object({
  events: z
    .string()
    .default('10000000,100000000')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().int().positive())),
  pages: z.coerce.number().int().positive().default(40),
  seed: z.coerce.number().int().default(7),
  folder: z.string().optional(),
  help: z.boolean().optional(),
})

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    pages: { type: 'string' },
    seed: { type: 'string' },
    folder: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const { events, pages, seed, folder, help } = options.parse(values)

const say = (line: string) => process.stdout.write(`${line}\n`)
const log = pino({ level: 'warn' })
const today = dayNumber('2026-11-24')
/** 23:00 in Berlin. */
const now = Date.parse('2026-11-24T22:00:00Z')
/** Pages are slow without rollups; a few say how slow. */
const pagesWithoutRollups = 3

async function measureScale(
  engine: EngineProcess,
  scale: Scale,
): Promise<{ finding: Finding; version: string }> {
  const address = { url: engine.url, database: `bench_${scale.events}`, ...engine.users }
  await prepareDatabase(address, log)
  const client = createWriter(address)
  const dashboard = await openDashboard(address, now)
  try {
    say(`Generating ${scale.events} events ...`)
    const spent = stopwatch(engine.pid)
    const onDay = (done: number) => {
      if (done % 10 === 0) say(`  ${done} of ${scale.days} days`)
    }
    await generate(client, scale, { today, seed, onDay })
    const generateCpu = spent()
    const rig = { dashboard, enginePid: engine.pid, times: pages }
    say('Measuring without rollups ...')
    await awaitMerges(client)
    const without = await measurePage('site-1.example', { ...rig, times: pagesWithoutRollups })
    say('Rolling up ...')
    const rolling = stopwatch(engine.pid)
    await new Rollups({ client, log, now: () => now }).run()
    const rollUpCpu = rolling()
    say('Measuring ...')
    await awaitMerges(client)
    const stored = await readStored(client, today - shownDays + 1)
    const first = await measurePage('site-1.example', rig)
    const second = await measurePage('site-2.example', rig)
    const finding: Finding = {
      scale,
      stored: {
        events: stored.events,
        bytes: stored.bytes,
        rollupRows: stored.rollup_rows,
        rollupBytes: stored.rollup_bytes,
      },
      generateCpu,
      rollUpCpu,
      sites: [
        { domain: 'site-1.example', events: stored.first_site, ...first, withoutRollups: without.page },
        { domain: 'site-2.example', events: stored.second_site, ...second, withoutRollups: null },
      ],
    }
    return { finding, version: stored.engine }
  } finally {
    await dashboard.close()
    await client.close()
  }
}

/** Gives the engine's CPU time since its start, in seconds. */
function stopwatch(pid: number): () => number {
  const start = cpuTimeOf(pid)
  return () => (cpuTimeOf(pid) - start) / 1_000
}

async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(folder ?? tmpdir(), 'revtrail-bench-query-'))
  const engine = await startEngineProcess({ dataDir, temporary: true })
  try {
    const findings: Finding[] = []
    for (const count of events) {
      const scale = { events: count, siteEvents: count / 10, days: 2 * shownDays, sites: 200 }
      const { finding, version } = await measureScale(engine, scale)
      findings.push(finding)
      const text = describe(findings, { times: pages, seed, engine: version })
      writeFileSync(new URL('./RESULTS.md', import.meta.url), text)
      say(text)
    }
  } finally {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (help) say(usage)
else await run()
