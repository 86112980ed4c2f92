import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isEmbedded, resolveAddress } from './schema/clickhouse/address.ts'
import { awaitDatabase, prepareDatabase } from './schema/clickhouse/prepare-database.ts'
import { type Config, parseConfig } from './schema/config.ts'
import { lockDataDirectory } from './schema/process/data-directory.ts'
import { isPortFree } from './schema/process/free-port.ts'
import { createLogger } from './schema/process/logger.ts'
import { runChild } from './schema/process/run-child.ts'
import { type Role, roles, type Service } from './schema/process/service.ts'
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

function readConfig(): Config {
  const result = parseConfig(process.env)
  if (result.ok) return { ...result.config, DATA_DIR: resolve(result.config.DATA_DIR) }
  return refuse(
    `Revtrail cannot start: the configuration has faults.\n${result.faults.map((fault) => `  ${fault}`).join('\n')}`,
  )
}

/** Starts one process's service. Each is loaded only where it runs: the collector's memory holds no engine. */
async function startService(role: Role, config: Config): Promise<Service> {
  const log = createLogger(role, config.LOG_LEVEL)
  const context = { config, clickhouse: resolveAddress(config), log, now: Date.now }
  switch (role) {
    case 'engine': {
      const { startEngine } = await import('./schema/engine/engine.ts')
      return await startEngine({
        dataDir: config.DATA_DIR,
        port: config.ENGINE_PORT,
        users: context.clickhouse,
        log,
      })
    }
    case 'collector': {
      const { startCollector } = await import('./collector/collector.ts')
      return await startCollector(context)
    }
    case 'verifier': {
      const { startVerifier } = await import('./verifier/verifier.ts')
      return await startVerifier(context)
    }
    case 'dashboard': {
      const { startDashboard } = await import('./dashboard/server/dashboard.ts')
      return await startDashboard(context)
    }
  }
}

function portOf(role: Role, config: Config): { name: string; port: number; host: string } {
  switch (role) {
    case 'engine':
      return { name: 'ENGINE_PORT', port: config.ENGINE_PORT, host: '127.0.0.1' }
    case 'collector':
      return { name: 'COLLECTOR_PORT', port: config.COLLECTOR_PORT, host: config.HOST }
    case 'verifier':
      return { name: 'VERIFIER_PORT', port: config.VERIFIER_PORT, host: '127.0.0.1' }
    case 'dashboard':
      return { name: 'DASHBOARD_PORT', port: config.DASHBOARD_PORT, host: config.HOST }
  }
}

/** Takes what an installation must have for itself, or says who has it. Nothing is started before all is had. */
async function takeResources(selected: Role[], config: Config): Promise<() => void> {
  const releases: (() => void)[] = []
  const release = () => {
    for (const each of releases) each()
  }
  for (const role of selected) {
    const lock = lockDataDirectory(config.DATA_DIR, role)
    if (!lock.ok) {
      release()
      refuse(lock.message)
    }
    releases.push(lock.release)
  }
  for (const role of selected) {
    const { name, port, host } = portOf(role, config)
    if (await isPortFree(port, host)) continue
    release()
    refuse(
      `Port ${port} is taken by another program. Nothing was started. Set ${name} to a free port, or stop that program.`,
    )
  }
  return release
}

function buildWhenMissing(): void {
  const built = ['collector/script/dist/script.js', 'dashboard/web/dist/index.html']
  if (built.every((file) => existsSync(resolve(here, file)))) return
  process.stdout.write('Building the tracking script and the dashboard (first start) ...\n')
  const build = spawnSync('npm', ['run', 'build'], { cwd: here, stdio: 'inherit' })
  if (build.status !== 0) refuse('The build failed; its messages are above. Nothing was started.')
}

async function supervise(selected: Role[], config: Config): Promise<void> {
  const log = createLogger('main', config.LOG_LEVEL)
  const release = await takeResources(selected, config)
  let ending = false
  const end = async (code: number) => {
    const again = ending
    ending = true
    await supervisor.stop()
    if (again) return
    release()
    process.exit(code)
  }
  const supervisor = new Supervisor({
    entry: fileURLToPath(import.meta.url),
    args: (role) => ['--child', role],
    // chDB's calls run on libuv's pool; with the default 4 threads four slow queries stop everything else. It takes the
    // server's time zone from TZ.
    environment: (role) =>
      role === 'engine' ? { ...process.env, UV_THREADPOOL_SIZE: '16', TZ: 'UTC' } : process.env,
    log,
    onHopeless: (role, message) => {
      process.stderr.write(`The ${role} cannot run: ${message}\n`)
      void end(1)
    },
  })
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))

  const address = resolveAddress(config)
  if (selected.includes('engine')) await supervisor.start('engine')
  const others = selected.filter((role) => role !== 'engine')
  if (selected.length === roles.length || (!isEmbedded(config) && others.length === roles.length - 1))
    await prepareDatabase(address, log)
  else if (others.length > 0) await awaitDatabase(address, log)
  await Promise.all(others.map((role) => supervisor.start(role)))
  if (others.includes('dashboard'))
    process.stdout.write(
      `Revtrail is running. Dashboard: ${config.DASHBOARD_URL ?? `http://localhost:${config.DASHBOARD_PORT}`}\n`,
    )
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
  const config = readConfig()
  if (command === '--child') {
    const role = argument ?? ''
    if (!isRole(role) || !process.connected) refuse(usage)
    return await runChild(() => startService(role, config), createLogger(role, config.LOG_LEVEL))
  }
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
