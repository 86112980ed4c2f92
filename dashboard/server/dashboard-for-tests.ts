import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { type Config, parseConfig } from '../../schema/config.ts'
import { startDashboard } from './dashboard.ts'

/** An answer as a client sees it. */
export type Reply = { status: number; body: unknown; text: string; headers: Headers }

/** A client with its own cookies that sends what a browser on the dashboard's page would; a header of '' is left out. */
export class Browser {
  readonly #origin: string
  readonly cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all: Record<string, string> = {
      'sec-fetch-site': 'same-origin',
      cookie,
      'content-type': body === undefined ? '' : 'application/json',
      ...headers,
    }
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const text = await response.text()
    return { status: response.status, body: readJson(text), text, headers: response.headers }
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const owner = { email: 'owner@shop.example', password: 'correct horse battery' }

/** A dashboard on its own database and port, with a clock that the test turns and everything it logged. */
export type TestDashboard = {
  database: TestDatabase
  origin: string
  dataDir: string
  config: Config
  clock: { ms: number }
  log: () => string
  printed: string[]
  browser: () => Browser
  /** A browser whose owner is logged in. */
  owner: () => Promise<Browser>
  /** Stops the dashboard and starts it again on the same data. */
  restart: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Starts a dashboard for a test file.
 *
 * @param settings environment variables; an owner exists unless `ADMIN_EMAIL` is set to ''
 */
export async function startTestDashboard(
  settings: Record<string, string> = {},
  webFolder?: string,
): Promise<TestDashboard> {
  const database = await openTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'revtrail-dashboard-'))
  const parsed = parseConfig({
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: settings['ADMIN_EMAIL'] === '' ? '' : owner.password,
    ...settings,
  })
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const config = { ...parsed.config, DASHBOARD_PORT: 0 }
  const clock = { ms: Date.parse('2026-11-24T10:00:00Z') }
  const lines: string[] = []
  const printed: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const start = () =>
    startDashboard(
      { config, clickhouse: database.address, log, now: () => clock.ms },
      { print: (line) => void printed.push(line), ...(webFolder === undefined ? {} : { webFolder }) },
    )
  let running = await start()
  const rig: TestDashboard = {
    database,
    origin: `http://127.0.0.1:${running.port}`,
    dataDir,
    config,
    clock,
    log: () => lines.join(''),
    printed,
    browser: () => new Browser(rig.origin),
    owner: async () => {
      const browser = new Browser(rig.origin)
      const reply = await browser.send('POST', '/api/login', owner)
      if (reply.status !== 200) throw new Error(`the owner cannot log in: ${reply.text}`)
      return browser
    },
    restart: async () => {
      await running.close()
      running = await start()
      rig.origin = `http://127.0.0.1:${running.port}`
    },
    close: async () => {
      await running.close()
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return rig
}

const refusalBody = z.object({
  error: z.string(),
  message: z.string(),
  fields: z.record(z.string(), z.string()).default({}),
})

/** The refusal in a reply. */
export function refusalOf(reply: Reply): z.infer<typeof refusalBody> {
  return refusalBody.parse(reply.body)
}
