import type { Logger } from 'pino'
import { type ChildMessage, heartbeatEvery, supervisorMessage } from './child-message.ts'
import type { Service } from './service.ts'

/** A fault that a restart cannot mend; its message tells a person what to do. The supervisor stops everything. */
export class HopelessError extends Error {}

function tell(message: ChildMessage, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, sent)
  else sent()
}

/**
 * Runs a service in this process for a supervisor: ignores signals (a group signal must not stop the engine while the
 * collector drains), obeys `stop`, beats as long as the service does its work, and ends when the supervisor is gone.
 *
 * @param start starts the service
 * @param closeLimit ms after which a close that hangs is given up
 */
export async function runChild(
  start: () => Promise<Service>,
  log: Logger,
  closeLimit = 15_000,
): Promise<void> {
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  const starting = setInterval(() => tell({ type: 'heartbeat' }), heartbeatEvery)
  const service = await start().catch((error: unknown) => fail(error, log))
  clearInterval(starting)

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    const deadline = setTimeout(() => {
      log.error(
        { ms: closeLimit },
        'did not close in time; what is in the journal stays there for the next start',
      )
      process.exit(1)
    }, closeLimit)
    await service.close().catch((error: unknown) => fail(error, log))
    clearTimeout(deadline)
    process.exit(0)
  }
  process.on('message', (message) => {
    if (supervisorMessage.safeParse(message).success) void stop()
  })
  process.once('disconnect', () => void stop())
  tell({ type: 'ready' })

  let beating = false
  setInterval(() => {
    if (beating || stopping) return
    beating = true
    const alive = service.heartbeat?.() ?? Promise.resolve()
    alive
      .then(() => tell({ type: 'heartbeat' }))
      .catch((error: unknown) => log.error({ err: error }, 'heartbeat failed'))
      .finally(() => {
        beating = false
      })
  }, heartbeatEvery)
  if (!process.connected) void stop()
}

async function fail(error: unknown, log: Logger): Promise<never> {
  if (error instanceof HopelessError) {
    const { message } = error
    await new Promise<void>((resolve) => tell({ type: 'hopeless', message }, resolve))
  } else log.fatal({ err: error }, 'stopped by an error')
  return process.exit(1)
}
