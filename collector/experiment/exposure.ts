import { assignVariant } from '../../schema/experiment/assignment.ts'
import { exposureProps } from '../../schema/experiment/experiment.ts'
import type { SitePlan } from './site-plan.ts'

/**
 * Why an exposure does not count, or null when it does: it must name a running test in its present phase, and the
 * variant that this visitor was given. So a visitor who saw another one (by an address that was passed on, or after a
 * change of network) is in no one's numbers, and strangers cannot fill a variant.
 *
 * @param visitorId 0 for a visitor who opted out
 */
export function exposureFault(
  props: Readonly<Record<string, string>>,
  plan: SitePlan | null,
  visitorId: bigint,
): string | null {
  const read = exposureProps.safeParse(props)
  if (!read.success) return 'exposure: needs the props experiment, phase and variant'
  const { experiment, phase, variant } = read.data
  const test = plan?.running.find(({ experiment_id }) => experiment_id === Number(experiment))
  if (!test) return 'exposure: no such test is running'
  if (test.phase !== Number(phase)) return 'exposure: the test is in another phase'
  if (visitorId === 0n) return 'exposure: a visitor who opted out is in no test'
  return assignVariant(test, visitorId)?.id === variant ? null : 'exposure: another variant is this visitor’s'
}
