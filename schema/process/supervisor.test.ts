import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { lockDataDirectory } from './data-directory.ts'
import { isPortFree } from './free-port.ts'
import { createLogger } from './logger.ts'
import { startProbes } from './probes.ts'
import type { Role } from './service.ts'
import { Supervisor } from './supervisor.ts'

const folder = mkdtempSync(join(tmpdir(), 'revtrail-supervisor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const diary = (role: Role) => readFileSync(join(folder, role), 'utf8').trim().split('\n')
const said: string[] = []
const supervisor = new Supervisor({
  entry: fileURLToPath(new URL('./child-for-tests.ts', import.meta.url)),
  args: (role) => [role, folder],
  environment: () => ({}),
  log: pino({ level: 'silent' }),
  onHopeless: (role, message) => said.push(`${role}: ${message}`),
  patience: { silence: 3_000, start: 30_000, stop: 5_000, backoff: [10, 50] },
})
afterEach(() => supervisor.stop())

test('a killed child comes back, a deaf one is replaced, a failing start is tried again, and all drain in order', async () => {
  await Promise.all([supervisor.start('engine'), supervisor.start('collector'), supervisor.start('verifier')])
  expect(diary('verifier')).toEqual(['start', 'start', 'start'])

  const first = supervisor.pid('engine') ?? 0
  process.kill(first, 'SIGKILL')
  await vi.waitFor(() => expect(diary('engine')).toEqual(['start', 'start']), 10_000)
  await vi.waitFor(() => expect(diary('collector')).toEqual(['start', 'start']), 20_000)

  void supervisor.start('dashboard')
  await vi.waitFor(() => expect(said).toContain('dashboard: Port 8000 is taken.'), 10_000)

  await vi.waitFor(() => expect(supervisor.pid('engine')).not.toBe(first), 10_000)
  await supervisor.stop()
  for (const role of ['engine', 'collector', 'verifier'] as const) expect(diary(role).at(-1)).toBe('closed')
})

test('a data directory has one holder, and a dead holder’s lock is taken over', () => {
  const lock = lockDataDirectory(folder, 'collector')
  expect(lock.ok).toBe(true)
  expect(lockDataDirectory(folder, 'verifier').ok).toBe(true)
  const second = lockDataDirectory(folder, 'collector')
  expect(second).toMatchObject({
    ok: false,
    message: expect.stringContaining(`process ${process.pid} runs its collector`),
  })
  if (lock.ok) lock.release()
  expect(lockDataDirectory(folder, 'collector').ok).toBe(true)
})

test('a taken port is noticed', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  expect(await isPortFree(port, '127.0.0.1')).toBe(false)
  await new Promise((resolve) => server.close(resolve))
  expect(await isPortFree(port, '127.0.0.1')).toBe(true)
})

test('probes say whether the process can work, and why not', async () => {
  const probes = await startProbes(0, () => ({ ready: false, why: 'ClickHouse does not answer' }))
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${probes.port}${path}`)
    return [answer.status, await answer.json()]
  }
  expect(await get('/health')).toEqual([200, { status: 'ok' }])
  expect(await get('/ready?x=1')).toEqual([503, { ready: false, why: 'ClickHouse does not answer' }])
  expect(await get('/')).toEqual([404, { error: 'not_found' }])
  await probes.close()
})

test('no key and no address leaves through the log', () => {
  const lines: string[] = []
  const log = createLogger('test', 'info', { write: (line) => lines.push(line) })
  log.info({ ip: '203.0.113.9', nested: { user_agent: 'Mozilla' } }, 'seen')
  log.error({ err: new Error('401 for rk_live_0123456789abcdef') }, 'with whsec_0123456789abcdef')
  const text = lines.join('')
  expect(text).not.toMatch(/203\.0\.113\.9|Mozilla|0123456789abcdef/)
  expect(text).toContain('rk_live_[removed]')
})
