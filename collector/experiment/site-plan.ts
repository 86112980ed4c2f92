import type { TestPhase } from '../../schema/experiment/assignment.ts'
import { experimentServing } from '../../schema/experiment/experiment.ts'
import { goalProp, goalTarget } from '../../schema/experiment/goal.ts'
import { routeOf, type ServedGoal } from '../script/served-plan.ts'
import type { PlanRow } from './read-site-plans.ts'

/** What a site's scripts are told, before it is known which visitor asks. */
export type SitePlan = {
  /** The tests that run. */
  running: TestPhase[]
  /** Drafts and paused tests too, for previews. */
  tests: TestPhase[]
  goals: ServedGoal[]
  /** Routes of variants with the original's, of the tests that run. */
  canonicals: [variant: string, original: string][]
}

/**
 * Puts a site's rows together. A row whose content is not of its schema is left out and told to `onFault`: the site's
 * other tests go on.
 */
export function makeSitePlan(
  rows: readonly PlanRow[],
  onFault: (row: PlanRow, fault: Error) => void,
): SitePlan {
  const plan: SitePlan = { running: [], tests: [], goals: [], canonicals: [] }
  for (const row of rows)
    try {
      if (row.kind === 'goal') addGoal(plan, row)
      else addTest(plan, row)
    } catch (error) {
      onFault(row, error instanceof Error ? error : new Error('not of its schema', { cause: error }))
    }
  return plan
}

function addGoal(plan: SitePlan, row: PlanRow): void {
  const target = goalTarget.parse(JSON.parse(row.content))
  const goal = goalProp(row.id, target)
  if (goal === null) return
  if (target.kind === 'form') plan.goals.push({ goal, on: 'submit', selector: target.selector })
  // An element that names its goal itself needs no plan.
  if (target.kind === 'click' && target.by === 'selector')
    plan.goals.push({ goal, on: 'click', selector: target.value })
}

function addTest(plan: SitePlan, row: PlanRow): void {
  const read = experimentServing.parse(JSON.parse(row.content))
  const serving = { ...read, page: routeOfAddress(read.page) }
  const test: TestPhase = { experiment_id: row.id, phase: row.phase, serving }
  const variantRoutes = serving.variants.flatMap(({ url }) => (url === null ? [] : [routeOfAddress(url)]))
  plan.tests.push(test)
  if (row.status !== 'running') return
  plan.running.push(test)
  for (const route of variantRoutes) if (route !== serving.page) plan.canonicals.push([route, serving.page])
}

/** The route of an address on the site, spelled as browsers spell it. Throws for what leads nowhere on the web. */
function routeOfAddress(address: string): string {
  const { protocol, pathname, hash } = new URL(address.replace(/^(?=\/)/, 'http://site.invalid'))
  if (!/^https?:$/.test(protocol)) throw new Error('not the address of a page')
  // Only a fragment with a path is a route; others name a place in the page.
  return routeOf({ pathname, hash: hash.startsWith('#/') ? hash : '' })
}
