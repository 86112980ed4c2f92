import { setTimeout as wait } from 'node:timers/promises'
import { createWriter } from '../schema/clickhouse/client.ts'
import { loadMasterKey } from '../schema/master-key.ts'
import { startProbes } from '../schema/process/probes.ts'
import type { Service, ServiceContext } from '../schema/process/service.ts'
import { ClaimLoop } from './claims/claim-loop.ts'
import { startJobs } from './jobs/jobs.ts'
import { keepSalts } from './jobs/salt-job.ts'
import { PollLoop } from './poll-loop.ts'
import { ConnectionRegistry } from './stripe/connection-registry.ts'

/** How fast the verifier goes about its work; all in ms. */
export type Pace = {
  /** Between two looks at the tables. */
  pollMs: number
  /** How long Stripe may be silent. */
  stripeTimeoutMs: number
  /** The shortest wait after a failed try. */
  backoffMs: number
  /** How long an account rests after failures in a row. */
  restMs: number
  /** Between two trials of a key that Stripe refused. */
  retestMs: number
  /** How long requests under way may take when the process stops. */
  closeMs: number
}

export const defaultPace: Pace = {
  pollMs: 500,
  stripeTimeoutMs: 10_000,
  backoffMs: 1000,
  restMs: 60_000,
  retestMs: 600_000,
  closeMs: 10_000,
}

/**
 * Starts the verifier: claims become payments by asking Stripe, and salts are made and destroyed. Everything it has
 * yet to do is in the tables, so it may be killed at any moment.
 *
 * @returns the service, and the port of its probes (`VERIFIER_PORT` 0 picks one)
 */
export async function startVerifier(
  { config, clickhouse, log, now }: ServiceContext,
  pace: Pace = defaultPace,
): Promise<Required<Service> & { port: number }> {
  const masterKey = loadMasterKey(config)
  const client = createWriter(clickhouse)
  const random = Math.random
  const registry = new ConnectionRegistry({
    masterKey,
    stripe: { base: config.STRIPE_API_BASE, timeoutMs: pace.stripeTimeoutMs },
    rates: { live: config.STRIPE_RATE_LIVE, test: config.STRIPE_RATE_TEST },
    queue: { backoffMs: pace.backoffMs, restMs: pace.restMs, now, random },
    retestMs: pace.retestMs,
    log,
  })
  const claims = new ClaimLoop({ client, registry, log, now, random, backoffMs: pace.backoffMs })
  const loop = new PollLoop(() => claims.step(), { pollMs: pace.pollMs, log })
  const stopJobs = startJobs(
    [{ name: 'salts', cron: '3 * * * *', run: () => keepSalts(client, { now: now(), log }) }],
    log,
  )
  const probes = await startProbes(config.VERIFIER_PORT, () => loop.readiness())
  log.info({ port: probes.port }, 'verifier started')

  const close = async () => {
    const finish = async () => {
      await loop.close()
      await Promise.all([claims.close(), stopJobs()])
    }
    await Promise.race([finish(), wait(pace.closeMs, undefined, { ref: false })]).catch((error) =>
      log.warn({ err: error }, 'stopped before everything was written; the tables hold what is left'),
    )
    await Promise.all([probes.close(), client.close()])
  }
  return { close, heartbeat: () => loop.heartbeat(), port: probes.port }
}
