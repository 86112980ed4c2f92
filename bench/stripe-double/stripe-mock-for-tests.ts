import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const module = 'github.com/stripe/stripe-mock@latest'
/** Downloading and building took 41 s on two cores; with Go's own cache it takes two. */
const MOST_INSTALL_MS = 50_000

export type StripeMock = { port: number; close: () => Promise<void> }

/**
 * Installs the official stripe-mock into a directory of its own and starts it on loopback, or says why that
 * cannot be: no Go on this machine, no network, too slow.
 */
export async function startStripeMock(): Promise<StripeMock | { unavailable: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'stripe-mock-'))
  const drop = () => rm(folder, { recursive: true, force: true })
  const failure = await install(folder)
  if (failure !== undefined) {
    await drop()
    return { unavailable: failure }
  }
  const child = spawn(
    join(folder, 'stripe-mock'),
    ['-http-addr', '127.0.0.1:', '-https-addr', '127.0.0.1:'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const exit = once(child, 'exit')
  async function close() {
    child.kill('SIGKILL')
    await exit
    await drop()
  }
  for await (const line of createInterface(child.stdout)) {
    const port = /^Listening for HTTP at address: 127\.0\.0\.1:(\d+)$/.exec(line)?.[1]
    if (port === undefined) continue
    child.stdout.resume()
    return { port: Number(port), close }
  }
  await close()
  return { unavailable: 'stripe-mock ended before it listened.' }
}

/** Why it could not be installed, or nothing. `env` sets the one variable and keeps the others. */
async function install(folder: string): Promise<string | undefined> {
  const child = spawn('env', [`GOBIN=${folder}`, 'go', 'install', module], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let slow = false
  const timer = setTimeout(() => {
    slow = true
    // Its own group: the compilers that Go started end with it.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, MOST_INSTALL_MS)
  const words: string[] = []
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString('utf8')))
  const [code] = await once(child, 'close').catch(() => [null])
  clearTimeout(timer)
  if (code === 0) return undefined
  if (slow) return `go install ${module} took longer than ${MOST_INSTALL_MS / 1000} s.`
  return `go install ${module} failed: ${words.join('').trim().slice(-300)}`
}
