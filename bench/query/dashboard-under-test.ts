import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startDashboard } from '../../dashboard/server/dashboard.ts'
import type { ClickHouseAddress } from '../../schema/clickhouse/client.ts'
import { parseConfig } from '../../schema/config.ts'
import type { PageRequest } from './page.ts'

/** A dashboard with an owner who is logged in, on a clock that stands still unless it is moved. */
export type DashboardUnderTest = {
  /** Sends a request and reads its whole answer; ms. Throws when it is refused. */
  time: (request: PageRequest) => Promise<number>
  clock: { ms: number }
  close: () => Promise<void>
}

/** Starts a dashboard in this process, on a port of its own. */
export async function openDashboard(clickhouse: ClickHouseAddress, now: number): Promise<DashboardUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'revtrail-bench-query-'))
  const owner = { email: 'owner@bench.example', password: randomBytes(12).toString('hex') }
  const parsed = parseConfig({
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: owner.password,
    MASTER_KEY: randomBytes(32).toString('hex'),
  })
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const clock = { ms: now }
  const running = await startDashboard(
    {
      config: { ...parsed.config, DASHBOARD_PORT: 0 },
      clickhouse,
      log: pino({ level: 'error' }),
      now: () => clock.ms,
    },
    { print: () => undefined },
  )
  const origin = `http://127.0.0.1:${running.port}`
  const headers: Record<string, string> = { 'content-type': 'application/json', origin }
  const send = async (path: string, body?: unknown) => {
    const content = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${origin}${path}`, { headers, ...content })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} was refused with ${response.status}: ${text}`)
    return response
  }
  const login = await send('/api/login', owner)
  headers['cookie'] = login.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
  return {
    clock,
    time: async (request) => {
      const start = performance.now()
      await ('path' in request ? send(request.path) : send('/api/v2/query', request.body))
      return performance.now() - start
    },
    close: async () => {
      await running.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
