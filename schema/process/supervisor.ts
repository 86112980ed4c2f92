import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Logger } from 'pino'
import { childMessage, heartbeatLimit } from './child-message.ts'
import type { Role } from './service.ts'
import { stopOrder } from './service.ts'

/** Limits, in ms; tests shorten them. */
export const defaultPatience = {
  silence: heartbeatLimit,
  start: 120_000,
  stop: 20_000,
  backoff: [500, 30_000],
} as const
type Patience = { silence: number; start: number; stop: number; backoff: readonly [number, number] }

export type SupervisorOptions = {
  /** The module that runs one child, and its arguments. */
  entry: string
  args: (role: Role) => string[]
  /** The whole environment of a child. */
  environment: (role: Role) => Record<string, string | undefined>
  log: Logger
  /** A child said that only a person can help. */
  onHopeless: (role: Role, message: string) => void
  patience?: Patience
}

type Child = {
  process: ChildProcess
  ready: boolean
  lastSign: number
  startedAt: number
}

/**
 * Starts children, kills those that fall silent, and starts again those that ended, until it is told to stop. Silence
 * counts, not exit codes: after a native crash chDB leaves its process alive and deaf for about five minutes.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #patience: Patience
  readonly #children = new Map<Role, Child>()
  readonly #watch: NodeJS.Timeout
  readonly #restarts = new Set<NodeJS.Timeout>()
  #lastLook = performance.now()
  #stopping = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#patience = options.patience ?? defaultPatience
    this.#watch = setInterval(() => this.#look(), Math.min(1_000, this.#patience.silence / 4))
  }

  /** The process id of a role's child, while it runs. */
  pid(role: Role): number | undefined {
    return this.#children.get(role)?.process.pid
  }

  /** Starts a role and resolves when it serves for the first time, however many tries that takes. */
  async start(role: Role): Promise<void> {
    await new Promise<void>((resolve) => this.#spawn(role, { attempt: 0, onReady: resolve }))
  }

  /** Stops the children in order, each when the one before has drained. The second call kills what is left. */
  async stop(): Promise<void> {
    if (this.#stopping) return this.#killAll()
    this.#stopping = true
    clearInterval(this.#watch)
    for (const timer of this.#restarts) clearTimeout(timer)
    for (const role of stopOrder) {
      const child = this.#children.get(role)?.process
      if (!child || child.exitCode !== null || child.signalCode !== null) continue
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#patience.stop)
      if (child.connected) child.send({ type: 'stop' })
      await once(child, 'exit')
      clearTimeout(timer)
    }
  }

  #killAll(): void {
    for (const child of this.#children.values()) child.process.kill('SIGKILL')
  }

  #spawn(role: Role, run: { attempt: number; onReady: () => void }): void {
    if (this.#stopping) return
    const { entry, args, environment, log } = this.#options
    const child = fork(entry, args(role), {
      env: environment(role),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const now = performance.now()
    const state: Child = { process: child, ready: false, lastSign: now, startedAt: now }
    this.#children.set(role, state)
    child.on('message', (raw) => {
      const message = childMessage.safeParse(raw)
      if (!message.success) return
      state.lastSign = performance.now()
      if (message.data.type === 'hopeless') this.#options.onHopeless(role, message.data.message)
      if (message.data.type !== 'ready') return
      state.ready = true
      log.info({ role, pid: child.pid }, 'ready')
      run.onReady()
    })
    child.on('error', (error) => log.error({ role, err: error }, 'could not be started'))
    child.once('exit', (code, signal) => this.#again(role, { ...run, state, code, signal }))
  }

  #again(
    role: Role,
    end: { attempt: number; onReady: () => void; state: Child; code: number | null; signal: string | null },
  ): void {
    if (this.#stopping) return
    const [first, most] = this.#patience.backoff
    const attempt = end.state.ready ? 0 : end.attempt + 1
    const wait = end.state.ready ? 0 : Math.min(most, first * 2 ** (attempt - 1))
    this.#options.log.error(
      { role, code: end.code, signal: end.signal, wait },
      'ended by itself; starting it again',
    )
    const timer = setTimeout(() => {
      this.#restarts.delete(timer)
      this.#spawn(role, { attempt, onReady: end.onReady })
    }, wait)
    this.#restarts.add(timer)
  }

  #look(): void {
    const now = performance.now()
    // When this process itself slept (a suspended laptop, SIGSTOP), the children's messages wait unread.
    const slept = now - this.#lastLook > this.#patience.silence / 2
    this.#lastLook = now
    for (const [role, child] of this.#children) {
      if (slept) child.lastSign = now
      const silent = now - child.lastSign > this.#patience.silence
      const slow = !child.ready && now - child.startedAt > this.#patience.start
      if (!silent && !slow) continue
      this.#options.log.error(
        { role, pid: child.process.pid, silent, slow },
        'gives no sign of life; killing it',
      )
      child.lastSign = now
      child.startedAt = now
      child.process.kill('SIGKILL')
    }
  }
}
