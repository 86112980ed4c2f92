import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Service, ServiceContext } from '../../schema/process/service.ts'
import { stopListening } from '../../schema/process/stop-listening.ts'
import { createApp } from './app.ts'
import type { Installation } from './environment.ts'
import { makeConfiguredOwner, offerSetup } from './first-run.ts'
import { openInstallation } from './installation.ts'

/** A collector's journal may hand in rows of a deleted site until long after; they are removed this often. */
const sweepEvery = 10 * 60_000
/** What it has not removed by then it removes after the next start (ms). */
const sweepGrace = 2_000

type Options = {
  /** Where the setup link goes beside the log. */
  print?: (line: string) => void
  /** The folder of the built web app. */
  webFolder?: string
}

/**
 * Starts the dashboard: the API and the web app on `DASHBOARD_PORT` (0 picks a free one). While no owner exists it
 * makes one from the environment, or prints a setup link.
 *
 * @throws when the port is taken, the master key cannot be read, or ClickHouse does not answer
 */
export async function startDashboard(
  context: ServiceContext,
  { print = (line) => process.stdout.write(`${line}\n`), webFolder }: Options = {},
): Promise<Service & { port: number }> {
  const { config, log } = context
  const installation = openInstallation(context)
  const app = createApp(installation, webFolder)
  const server = createServer(getRequestListener(app.fetch))
  try {
    await makeConfiguredOwner(installation)
    const port = await listen(server, config.DASHBOARD_PORT, config.HOST)
    await offerSetup(installation, port, print)
    const sweeping = sweep(installation)
    log.info({ port }, 'the dashboard listens')
    const close = async () => {
      sweeping.stop()
      await stopListening(server)
      await Promise.race([sweeping.done(), setTimeout(sweepGrace, undefined, { ref: false })])
      await installation.close()
    }
    return { port, close, heartbeat: async () => {} }
  } catch (error) {
    server.close()
    await installation.close()
    throw error
  }
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the dashboard listens on no port')
  return address.port
}

/** Removes rows of deleted sites now and then; a fault waits for the next time. */
function sweep({ sites, log }: Pick<Installation, 'sites' | 'log'>) {
  let running = Promise.resolve()
  const run = (which: 'all' | 'recent') => {
    running = running
      .then(() => sites.sweepDeleted(which))
      .catch((error: unknown) => log.error({ err: error }, 'rows of deleted sites could not be removed'))
  }
  const timer = setInterval(() => run('recent'), sweepEvery)
  run('all')
  return { stop: () => clearInterval(timer), done: () => running }
}
