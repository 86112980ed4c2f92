import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isEmbedded, resolveAddress } from './schema/clickhouse/address.ts'
import { awaitDatabase, prepareDatabase } from './schema/clickhouse/prepare-database.ts'
import { type Config, parseConfig } from './schema/config.ts'
import { childEnvironment, needsMasterKey } from './schema/process/child-environment.ts'
import { claimResources } from './schema/process/claim-resources.ts'
import { createLogger } from './schema/process/logger.ts'
import { runChild } from './schema/process/run-child.ts'
import { type Role, roles, type Service, type StartService } from './schema/process/service.ts'
import { Supervisor } from './schema/process/supervisor.ts'

const here = dirname(fileURLToPath(import.meta.url))

const usage = `Usage: node main.ts [COMMAND]

  (none)                  run everything
  engine | collector | verifier | dashboard
                          run these processes alone, supervised; name one or several
  migrate                 bring the tables up to date and end
  reset-password EMAIL    give an owner a new password and end

Configuration comes from environment variables; see README.md.`

/** Says what is wrong and what to do, and ends with an exit code that is not 0. */
function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function readConfig(needs = { masterKey: true }): Config {
  const result = parseConfig(process.env, needs)
  if (result.ok) return { ...result.config, DATA_DIR: resolve(result.config.DATA_DIR) }
  return refuse(
    `Revtrail cannot start: the configuration has faults.\n${result.faults.map((fault) => `  ${fault}`).join('\n')}`,
  )
}

/** Each service is loaded only where it runs: the collector's memory holds no engine. */
const services: Record<Exclude<Role, 'engine'>, () => Promise<StartService>> = {
  collector: async () => (await import('./collector/collector.ts')).startCollector,
  verifier: async () => (await import('./verifier/verifier.ts')).startVerifier,
  dashboard: async () => (await import('./dashboard/server/dashboard.ts')).startDashboard,
}

async function startService(role: Role, config: Config): Promise<Service> {
  const log = createLogger(role, config.LOG_LEVEL)
  const clickhouse = resolveAddress(config)
  if (role === 'engine') {
    const { startEngine } = await import('./schema/engine/engine.ts')
    return await startEngine({ dataDir: config.DATA_DIR, port: config.ENGINE_PORT, users: clickhouse, log })
  }
  const start = await services[role]()
  return await start({ config, clickhouse, log, now: Date.now })
}

function buildWhenMissing(): void {
  const built = [
    'collector/script/dist/script.js',
    'collector/script/dist/planned-script.js',
    'dashboard/web/dist/index.html',
  ]
  if (built.every((file) => existsSync(resolve(here, file)))) return
  process.stdout.write('Building the tracking script and the dashboard (first start) ...\n')
  const build = spawnSync('npm', ['run', 'build'], { cwd: here, stdio: 'inherit' })
  if (build.status !== 0) refuse('The build failed; its messages are above. Nothing was started.')
}

/** How long the collector waits at a start for ClickHouse; then it collects with what its snapshots know (ms). */
const collectorPatience = 15_000

async function supervise(selected: Role[], config: Config): Promise<void> {
  const log = createLogger('main', config.LOG_LEVEL)
  const claim = await claimResources(selected, config)
  if (!claim.ok) refuse(claim.message)
  let ending = false
  const end = async (code: number) => {
    const again = ending
    ending = true
    await supervisor.stop()
    if (again) return
    claim.release()
    process.exit(code)
  }
  const supervisor = new Supervisor({
    entry: fileURLToPath(import.meta.url),
    args: (role) => ['--child', role],
    environment: (role) => childEnvironment(role, process.env),
    log,
    onHopeless: (role, message) => {
      process.stderr.write(`The ${role} cannot run: ${message}\n`)
      void end(1)
    },
  })
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))
  try {
    await startAll(supervisor, selected, config)
  } catch (error) {
    // A signal during the start takes ClickHouse away from under the migrations: that is no fault.
    if (ending) return
    claim.release()
    throw error
  }
  if (selected.includes('dashboard'))
    process.stdout.write(
      `Revtrail is running. Dashboard: ${config.DASHBOARD_URL ?? `http://localhost:${config.DASHBOARD_PORT}`}\n`,
    )
}

/** Starts the engine, the tables, then the rest; the collector also when ClickHouse is away for long. */
async function startAll(supervisor: Supervisor, selected: Role[], config: Config): Promise<void> {
  const log = createLogger('main', config.LOG_LEVEL)
  const whole = roles.every((role) => selected.includes(role) || (role === 'engine' && !isEmbedded(config)))
  const prepare = async () => {
    if (selected.includes('engine')) await supervisor.start('engine')
    const address = resolveAddress(config)
    if (whole) await prepareDatabase(address, log)
    else if (selected.some((role) => role !== 'engine')) await awaitDatabase(address, log)
  }
  const prepared = prepare()
  const waited = Promise.race([prepared, pause(collectorPatience)])
  const starts = selected
    .filter((role) => role !== 'engine')
    .map(async (role) => {
      await (role === 'collector' ? waited : prepared)
      await supervisor.start(role)
    })
  await Promise.all([prepared, ...starts])
}

function isRole(text: string): text is Role {
  return roles.some((role) => role === text)
}

async function main(words: string[]): Promise<void> {
  const [command, argument] = words
  if (command === '--help' || command === 'help') {
    process.stdout.write(`${usage}\n`)
    return
  }
  if (command === '--child') {
    const role = argument ?? ''
    if (!isRole(role) || !process.connected) refuse(usage)
    const config = readConfig({ masterKey: needsMasterKey(role) })
    return await runChild(() => startService(role, config), createLogger(role, config.LOG_LEVEL))
  }
  const config = readConfig()
  if (command === 'migrate')
    return await prepareDatabase(resolveAddress(config), createLogger('migrate', config.LOG_LEVEL))
  if (command === 'reset-password') {
    const { resetPassword } = await import('./dashboard/server/reset-password.ts')
    return await resetPassword({ clickhouse: resolveAddress(config), email: argument ?? '', now: Date.now })
  }
  if (!words.every(isRole)) refuse(usage)
  const all = isEmbedded(config) ? roles : roles.filter((role) => role !== 'engine')
  const wanted = words.filter(isRole)
  const selected = wanted.length > 0 ? roles.filter((role) => wanted.includes(role)) : [...all]
  if (selected.includes('collector') || selected.includes('dashboard')) buildWhenMissing()
  await supervise(selected, config)
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Error)
    refuse(
      `Revtrail stopped: ${error.message}${error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''}`,
    )
  throw error
})
