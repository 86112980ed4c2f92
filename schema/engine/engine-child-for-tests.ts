import { rmSync } from 'node:fs'
import { pino } from 'pino'
import { z } from 'zod'
import { startEngine } from './engine.ts'
import { loadEngineUsers } from './users.ts'

const order = z.object({ start: z.object({ dataDir: z.string(), port: z.number(), temporary: z.boolean() }) })

// Entry of a child process: `startEngineProcess` forks it, says where the data is, and hears when it serves.
process.once('message', (message) => void serve(order.parse(message).start))
// A signal to the whole group must leave it the time to remove its directory once the parent is gone.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

async function serve({ dataDir, port, temporary }: z.infer<typeof order>['start']): Promise<void> {
  process.on('disconnect', () => {
    if (temporary) rmSync(dataDir, { recursive: true, force: true })
    process.exit(0)
  })
  try {
    const log = pino({ level: 'warn' })
    const users = loadEngineUsers(dataDir)
    const engine = await startEngine({ dataDir, port, users, log })
    process.once('message', () => void engine.close().then(() => process.exit(0)))
    process.send?.({ ready: { url: engine.url, users, detachedParts: engine.detachedParts } })
  } catch (error) {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
  }
}
