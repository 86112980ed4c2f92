import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { type Installation, launchMain, startInstallation } from '../../bench/demo/installation.ts'
import { resolveAddress } from '../../schema/clickhouse/address.ts'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { parseConfig } from '../../schema/config.ts'
import { isPortFree } from '../../schema/process/free-port.ts'
import type { Role } from '../../schema/process/service.ts'

export const owner = { email: 'owner@shop.example', password: 'correct horse battery' }

/** A place for an installation: a data directory of its own, four free ports and the environment that names them. */
export type Plot = {
  dataDir: string
  environment: Record<string, string>
  urls: Record<Role, string>
  /** What was started in it. */
  started: ChildProcess[]
  /** Ends what still runs in it, and removes it. */
  remove: () => Promise<void>
}

/** Finds a place on loopback. Ports are below those that the system hands out, so that no client takes one meanwhile. */
export async function findPlot(variables: Record<string, string> = {}): Promise<Plot> {
  const dataDir = mkdtempSync(join(tmpdir(), 'revtrail-whole-'))
  const [engine = 0, collector = 0, verifier = 0, dashboard = 0] = await freePorts(4)
  const url = (port: number) => `http://127.0.0.1:${port}`
  const started: ChildProcess[] = []
  return {
    dataDir,
    started,
    environment: {
      DATA_DIR: join(dataDir, 'data'),
      HOST: '127.0.0.1',
      ENGINE_PORT: String(engine),
      COLLECTOR_PORT: String(collector),
      VERIFIER_PORT: String(verifier),
      DASHBOARD_PORT: String(dashboard),
      ...variables,
    },
    urls: {
      engine: url(engine),
      collector: url(collector),
      verifier: url(verifier),
      dashboard: url(dashboard),
    },
    remove: async () => {
      await Promise.all(started.map(end))
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
    },
  }
}

/** A main that is killed takes its processes along: they end when they lose it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000)
    if (await isPortFree(port, '127.0.0.1')) ports.add(port)
  }
  return [...ports]
}

/** A Revtrail that runs as `npm start` runs it. */
export type RunningInstallation = Installation & {
  /** All that its processes printed so far. */
  printed: () => string
  /** The process of a role, as the log last named it. */
  pid: (role: Role) => number
  /** Every process that it ever started, its own included. */
  pids: () => number[]
}

/** Starts the whole in a place. The environment is the plot's alone: nothing of the tests' own reaches it. */
export async function startWhole(plot: Plot): Promise<RunningInstallation> {
  let output = ''
  const installation = await startInstallation({
    environment: plot.environment,
    dashboardUrl: plot.urls.dashboard,
    account: owner,
    onOutput: (text) => {
      output += text
    },
  }).catch((cause: unknown) => {
    throw new Error(output, { cause })
  })
  plot.started.push(installation.process)
  await untilReady(Object.values(plot.urls))
  return {
    ...installation,
    printed: () => output,
    pid: (role) => readStarts(output).findLast((start) => start.role === role)?.pid ?? 0,
    pids: () => [installation.process.pid ?? 0, ...readStarts(output).map(({ pid }) => pid)],
  }
}

/** Waits until each of the processes says that it can do its work. */
export async function untilReady(urls: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const url of urls) expect([url, await probe(url, 'ready')]).toEqual([url, 200])
    },
    { timeout: 60_000, interval: 100 },
  )
}

/** The status of a process's probe; 0 where nobody answers. */
export async function probe(url: string, name: 'health' | 'ready'): Promise<number> {
  return await fetch(`${url}/${name}`).then(
    (response) => response.status,
    () => 0,
  )
}

const start = z.object({ msg: z.literal('ready'), role: z.string(), pid: z.number() })

function readStarts(output: string): z.infer<typeof start>[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return []
    const parsed = start.safeParse(JSON.parse(line))
    return parsed.success ? [parsed.data] : []
  })
}

/** A command under way; `ended` resolves with its exit code when it is gone. */
export type Command = { process: ChildProcess; printed: () => string; ended: Promise<number | null> }

/** Runs `node main.ts` with words in a place. */
export function runMain(plot: Plot, ...words: string[]): Command {
  let output = ''
  const onOutput = (text: string) => {
    output += text
  }
  const child = launchMain({ environment: plot.environment, words, onOutput })
  plot.started.push(child)
  return {
    process: child,
    printed: () => output,
    ended: once(child, 'close').then(() => child.exitCode),
  }
}

/** A client of the plot's engine that may read and write everything. Close it when done. */
export function openDatabase({ environment }: Plot): ClickHouseClient {
  const result = parseConfig(environment)
  if (!result.ok) throw new Error(result.faults.join('\n'))
  return createWriter(resolveAddress(result.config))
}
