import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const main = join(import.meta.dirname, '../../main.ts')

/** A start takes 2 s on an idle machine; in ms. */
const startLimit = 90_000

/** A Revtrail that runs beside this process. */
export type Installation = {
  process: ChildProcess
  /** Asks the dashboard's API; the cookie is the one of `signIn`. */
  ask: (method: string, path: string, body?: unknown) => Promise<unknown>
  /** Signs in and gives the cookies as the dashboard set them. */
  signIn: () => Promise<string[]>
  stop: () => Promise<void>
}

type Options = {
  environment: Record<string, string | undefined>
  dashboardUrl: string
  account: { email: string; password: string }
  /** Is given what Revtrail prints. */
  onOutput?: (text: string) => void
}

/** Runs `node main.ts`, with words if any. Without `onOutput` only what it says on standard error is seen. */
export function launchMain({
  environment,
  words = [],
  onOutput,
}: Pick<Options, 'environment' | 'onOutput'> & { words?: string[] }): ChildProcess {
  const child = spawn(process.execPath, [main, ...words], {
    env: environment,
    stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'ignore', 'inherit'],
  })
  if (onOutput)
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput)
  return child
}

/**
 * Starts Revtrail as `npm start` does and waits until its dashboard can work.
 *
 * @throws Error when it ends before that; what it printed says why
 */
export async function startInstallation({
  environment,
  dashboardUrl,
  account,
  onOutput,
}: Options): Promise<Installation> {
  const child = launchMain({ environment, ...(onOutput && { onOutput }) })
  let cookie = ''
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${dashboardUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json', origin: dashboardUrl, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was refused with ${response.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
  const signIn = async () => {
    const response = await fetch(`${dashboardUrl}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: dashboardUrl },
      body: JSON.stringify(account),
    })
    if (!response.ok)
      throw new Error(`The sign-in was refused with ${response.status}: ${await response.text()}`)
    const cookies = response.headers.getSetCookie()
    cookie = cookies.map((each) => each.split(';')[0]).join('; ')
    return cookies
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  for (const deadline = performance.now() + startLimit; !(await isReady(dashboardUrl)); ) {
    const late = performance.now() > deadline
    if (late) child.kill('SIGKILL')
    if (late || child.exitCode !== null || child.signalCode !== null)
      throw new Error('Revtrail did not start; what it printed says why.')
    await pause(150)
  }
  return { process: child, ask, signIn, stop }
}

async function isReady(url: string): Promise<boolean> {
  return await fetch(`${url}/ready`).then(
    (response) => response.ok,
    () => false,
  )
}
