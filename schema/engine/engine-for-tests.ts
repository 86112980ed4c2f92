import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { z } from 'zod'
import type { EngineUsers } from './users.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engineUrl: string
    engineUsers: EngineUsers
  }
}

const credentials = z.object({ username: z.string(), password: z.string() })
const answer = z.union([
  z.object({
    ready: z.object({
      url: z.string(),
      users: z.object({ writer: credentials, reader: credentials }),
      detachedParts: z.array(z.object({ database: z.string(), table: z.string(), name: z.string() })),
    }),
  }),
  z.object({ failed: z.string() }),
])

/** An engine in a process of its own, for tests that kill it. */
export type EngineProcess = {
  url: string
  users: EngineUsers
  detachedParts: readonly { database: string; table: string; name: string }[]
  pid: number
  kill: (signal: NodeJS.Signals) => void
  /** Resolves when the process is gone. */
  exited: Promise<void>
  /** Lets queries finish, closes the data and ends the process. */
  stop: () => Promise<void>
}

/**
 * Starts an engine on a directory and waits until it serves. It ends by itself when its parent is gone.
 *
 * @param port 0, the default, picks a free one
 * @param temporary the engine removes the directory when its parent is gone
 * @throws with the engine's own message when it cannot start
 */
export async function startEngineProcess(options: {
  dataDir: string
  port?: number
  temporary?: boolean
}): Promise<EngineProcess> {
  const { dataDir, port = 0, temporary = false } = options
  const child = fork(join(import.meta.dirname, 'engine-child-for-tests.ts'), {
    env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
    execArgv: [],
  })
  const exited = once(child, 'exit').then(() => undefined)
  child.send({ start: { dataDir, port, temporary } })
  const message = await Promise.race([firstMessage(child), exited])
  const parsed = answer.safeParse(message)
  if (!parsed.success || child.pid === undefined) throw new Error('the engine ended before it served')
  if ('failed' in parsed.data) {
    await exited
    throw new Error(parsed.data.failed)
  }
  const stop = async () => {
    if (child.connected) child.send({ stop: true })
    await exited
  }
  return { ...parsed.data.ready, pid: child.pid, kill: (signal) => child.kill(signal), exited, stop }
}

async function firstMessage(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message')
  return message
}

/** Starts the one engine that all test files share; each makes a database of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'revtrail-engine-'))
  const engine = await startEngineProcess({ dataDir, temporary: true })
  project.provide('engineUrl', engine.url)
  project.provide('engineUsers', engine.users)
  return async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
