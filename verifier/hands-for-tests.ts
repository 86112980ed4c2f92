import type { ServiceContext } from '../schema/process/service.ts'
import { openClaimLoop } from './claims/open-claim-loop.ts'
import { openEquipment } from './equipment.ts'
import { JobRuns } from './jobs/job-runs.ts'
import type { Pace } from './pace.ts'
import { takeExternalPayments } from './payments/take-external.ts'
import { Reconciler } from './reconciliation/reconciler.ts'
import { WebhookLoop } from './reconciliation/webhook-loop.ts'

/** The verifier's parts, each run when a test says so, so that their order is the test's. */
export async function openHands(context: ServiceContext, pace: Pace) {
  const equipment = await openEquipment(context, pace)
  const { directory, client, registry } = equipment
  const runs = new JobRuns(client, context)
  const reconciler = new Reconciler(equipment, pace, runs)
  const webhooks = new WebhookLoop(equipment)
  let claims = openClaimLoop(equipment, pace)

  const account = async (siteId: number) => {
    await directory.reload()
    await Promise.all(registry.all().map((open) => open.nameAccount()))
    const found = directory.accountOf(siteId)
    if (!found) throw new Error(`Site ${siteId} is not connected.`)
    return found
  }

  return {
    equipment,
    reconciler,
    account,
    sweep: async (siteId: number) => await reconciler.sweep(await account(siteId)),
    poll: async (siteId: number) => await reconciler.poll(await account(siteId)),
    /** Looks at the claims until nothing is under way. */
    claims: async () => {
      // Sites and keys are read at every other step.
      for (const _ of [1, 2]) {
        await claims.step()
        await claims.idle()
      }
    },
    /** As after a restart. */
    restartClaims: () => {
      claims = openClaimLoop(equipment, pace)
    },
    webhooks: async () => {
      await directory.reload()
      await webhooks.step()
    },
    reassign: async (siteId: number) => {
      await account(siteId)
      await reconciler.reassign()
    },
    external: async () => {
      await directory.reload()
      await takeExternalPayments(equipment)
    },
    close: async () => {
      equipment.stop()
      await claims.close()
      await client.close()
    },
  }
}

export type Hands = Awaited<ReturnType<typeof openHands>>
