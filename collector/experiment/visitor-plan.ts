import { assignVariant, type TestPhase } from '../../schema/experiment/assignment.ts'
import type { Variant } from '../../schema/experiment/experiment.ts'
import type { Preview } from '../../schema/experiment/preview.ts'
import type { ServedPlan, ServedTest } from '../script/served-plan.ts'
import type { SitePlan } from './site-plan.ts'

/** The variants of a site's running tests that one visitor sees; null for a test that the visitor is not in. */
export type Assignment = readonly (Variant | null)[]

/**
 * Assigns a visitor to the running tests of a site.
 *
 * @param visitorId 0 for who is in no test: bots, and visitors who opted out
 */
export function assignVisitor({ running }: SitePlan, visitorId: bigint): Assignment {
  return running.map((test) => (visitorId === 0n ? null : assignVariant(test, visitorId)))
}

/** What the script of a visitor with this assignment is told. */
export function visitorPlan({ running, goals, canonicals }: SitePlan, assignment: Assignment): ServedPlan {
  const tests = running.flatMap((test, index) => {
    const variant = assignment[index]
    return variant ? [servedTest(test, variant)] : []
  })
  return { tests, canonicals, goals }
}

/** What the script is told of someone who looks at a variant, or null where there is no such one. */
export function previewPlan({ tests }: SitePlan, { experiment_id, variant: id }: Preview): ServedPlan | null {
  const test = tests.find((each) => each.experiment_id === experiment_id)
  const variant = test?.serving.variants.find((each) => each.id === id)
  if (!test || !variant) return null
  return { preview: true, tests: [servedTest(test, variant)], canonicals: [], goals: [] }
}

function servedTest({ experiment_id, phase, serving }: TestPhase, variant: Variant): ServedTest {
  const served = {
    experiment: String(experiment_id),
    phase: String(phase),
    variant: variant.id,
    page: serving.page,
  }
  if (serving.kind === 'page') return { ...served, changes: variant.changes }
  return variant.url === null ? served : { ...served, url: variant.url }
}
