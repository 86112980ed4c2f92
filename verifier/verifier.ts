import { setTimeout as wait } from 'node:timers/promises'
import { startProbes } from '../schema/process/probes.ts'
import type { Service, ServiceContext } from '../schema/process/service.ts'
import { openClaimLoop } from './claims/open-claim-loop.ts'
import { openEquipment } from './equipment.ts'
import { JobRuns } from './jobs/job-runs.ts'
import { startJobs } from './jobs/jobs.ts'
import { keepSalts } from './jobs/salt-job.ts'
import { defaultPace, type Pace } from './pace.ts'
import { takeExternalPayments } from './payments/take-external.ts'
import { PollLoop } from './poll-loop.ts'
import { Reconciler } from './reconciliation/reconciler.ts'
import { WebhookLoop } from './reconciliation/webhook-loop.ts'
import { retentionJob } from './retention/retention-job.ts'
import { rollupJob } from './rollups/rollup-job.ts'

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
  const runs = new JobRuns(client, { now, log })
  await runs.closeInterrupted()
  const reconciler = new Reconciler(equipment, pace, runs)
  const claims = openClaimLoop(equipment, pace, () => {
    jobs.trigger('sweep')
    jobs.trigger('reassign')
  })
  const webhooks = new WebhookLoop(equipment)
  const jobs = startJobs(
    [
      {
        name: 'salts',
        cron: '3 * * * *',
        run: async () => {
          const name = { job: 'salts', scope: '', site_ids: [] }
          const done = await runs.run(
            name,
            async () => ({ result: 'ok', detail: '', rows: await keepSalts(client, { now: now(), log }) }),
            { quiet: true },
          )
          if (!done) throw new Error('Salts could not be kept.')
        },
      },
      { name: 'events', cron: '* * * * *', run: () => reconciler.pollDue() },
      { name: 'sweep', cron: '*/10 * * * *', run: () => reconciler.sweepDue() },
      { name: 'reassign', cron: '17 4 * * *', run: () => reconciler.reassign() },
      rollupJob({ client, now, log, runs }),
      retentionJob({ client, now, log, runs }),
    ],
    log,
  )
  const loops = {
    claims: new PollLoop(() => claims.step(), { pollMs: pace.pollMs, log }),
    webhooks: new PollLoop(() => webhooks.step(), { pollMs: pace.pollMs, log }),
    external: new PollLoop(async () => void (await takeExternalPayments(equipment)), {
      pollMs: pace.pollMs * 2,
      log,
    }),
    ledger: new PollLoop(() => ledger.write(), { pollMs: pace.pollMs * 10, log }),
  }
  const probes = await startProbes(config.VERIFIER_PORT, () => loops.claims.readiness())
  log.info({ port: probes.port }, 'verifier started')

  const close = async () => {
    const finish = async () => {
      equipment.stop()
      await Promise.all(Object.values(loops).map((loop) => loop.close()))
      await Promise.all([claims.close(), jobs.stop()])
      await ledger.write()
    }
    await Promise.race([finish(), wait(pace.closeMs, undefined, { ref: false })]).catch((error) =>
      log.warn({ err: error }, 'stopped before everything was written; the tables hold what is left'),
    )
    await Promise.all([probes.close(), client.close()])
  }
  return { close, heartbeat: () => loops.claims.heartbeat(), port: probes.port }
}
