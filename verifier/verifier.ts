import { setTimeout as wait } from 'node:timers/promises'
import { startProbes } from '../schema/process/probes.ts'
import type { Service, ServiceContext } from '../schema/process/service.ts'
import { openClaimLoop } from './claims/open-claim-loop.ts'
import { openEquipment } from './equipment.ts'
import { startJobs } from './jobs/jobs.ts'
import { keepSalts } from './jobs/salt-job.ts'
import { defaultPace, type Pace } from './pace.ts'
import { PollLoop } from './poll-loop.ts'

/**
 * Starts the verifier: claims become payments by asking Stripe, and salts are made and destroyed. Everything it has
 * yet to do is in the tables, so it may be killed at any moment.
 *
 * @returns the service, and the port of its probes (`VERIFIER_PORT` 0 picks one)
 */
export async function startVerifier(
  context: ServiceContext,
  pace: Pace = defaultPace,
): Promise<Required<Service> & { port: number }> {
  const { config, log, now } = context
  const equipment = await openEquipment(context, pace)
  const { client, ledger } = equipment
  const claims = openClaimLoop(equipment, pace)
  const loop = new PollLoop(() => claims.step(), { pollMs: pace.pollMs, log })
  const accounting = new PollLoop(() => ledger.write(), { pollMs: 5000, log })
  const stopJobs = startJobs(
    [{ name: 'salts', cron: '3 * * * *', run: () => keepSalts(client, { now: now(), log }) }],
    log,
  )
  const probes = await startProbes(config.VERIFIER_PORT, () => loop.readiness())
  log.info({ port: probes.port }, 'verifier started')

  const close = async () => {
    const finish = async () => {
      equipment.stop()
      await loop.close()
      await Promise.all([claims.close(), stopJobs(), accounting.close()])
      await ledger.write()
    }
    await Promise.race([finish(), wait(pace.closeMs, undefined, { ref: false })]).catch((error) =>
      log.warn({ err: error }, 'stopped before everything was written; the tables hold what is left'),
    )
    await Promise.all([probes.close(), client.close()])
  }
  return { close, heartbeat: () => loop.heartbeat(), port: probes.port }
}
