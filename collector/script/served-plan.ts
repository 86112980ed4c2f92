import type { PageChange } from '../../schema/experiment/experiment.ts'

/** A running test as one visitor's script is told of it: with that visitor's variant alone. */
export type ServedTest = {
  /** The experiment's id and phase, as the exposure's props carry them. */
  experiment: string
  phase: string
  variant: string
  /** The route on which it runs, as `routeOf` gives it. */
  page: string
  /** Where the visitor belongs instead; absent for the control and for tests that change the page. */
  url?: string
  changes?: PageChange[]
}

/** An element whose click or submit reaches a goal. */
export type ServedGoal = { goal: string; on: 'click' | 'submit'; selector: string }

/** What the script of a site with split tests or element goals is told beside its tag. */
export type ServedPlan = {
  /** The owner looks at a variant: nothing is counted. */
  preview?: true
  tests: ServedTest[]
  /** Routes of variants with the original's, which search engines are told. The same for every visitor, bots too. */
  canonicals: [variant: string, original: string][]
  goals: ServedGoal[]
}

/** What stands in the built `planned-script.js` where the collector puts a visitor's plan. */
export const planPlaceholder = '__REVTRAIL_PLAN__'

/** Names a route in one way: the path as browsers write it, without a slash at its end, and the fragment if it has one. */
export function routeOf({ pathname, hash }: { pathname: string; hash: string }): string {
  return pathname.replace(/(.)\/$/, '$1') + hash
}
