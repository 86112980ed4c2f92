import { routeOf, type ServedPlan, type ServedTest } from '../served-plan.ts'
import { canonicalChange, createCanonical } from './canonical.ts'
import { watchElementGoals } from './element-goals.ts'
import { guarded } from './guarded.ts'
import { createPageChanges } from './page-changes.ts'
import type { EventCall, Revtrail } from './page-contract.ts'
import { whenActive } from './page-life.ts'
import { cameFromHere, isAt, takeLanding, variantAddress } from './redirect.ts'
import type { Settings } from './settings.ts'

type Page = {
  settings: Settings
  track: (...call: EventCall) => void
  /** What the page or the loader put in place of `window.revtrail` before the script came. */
  stub: Revtrail | undefined
  /** Counts the route as a page view. */
  count: () => void
}

/**
 * Does what the collector says of split tests and element goals.
 *
 * A visitor in a test is told of by an event `exposure` before the variant shows, the control's too; the collector
 * checks it. A page that is left for a variant's counts nothing else, and the variant's page tells of the exposure again.
 *
 * @returns the call for a route that the page shows now, which also counts it
 */
export function followPlan(plan: ServedPlan, { settings, track, stub, count }: Page): () => void {
  const landing = takeLanding()
  if (landing) settings.referrer = landing.referrer
  if (plan.preview) settings.silent = true
  watchElementGoals(plan.goals, (goal) => track('goal', { props: { goal } }))

  const changes = createPageChanges()
  const nameCanonical = createCanonical()
  // Bots get the control. The visitor who saw the original, because the script came too late, has chosen it for now.
  let tests = navigator.webdriver || stub?.veil?.playState === 'finished' ? [] : plan.tests
  const exposed = new Set<ServedTest>()
  const expose = (test: ServedTest) => {
    const { experiment, phase, variant } = test
    if (!exposed.has(test)) track('exposure', { props: { experiment, phase, variant }, interactive: false })
    exposed.add(test)
  }
  const leaveFor = (address: string, test: ServedTest) => {
    expose(test)
    settings.silent = true
    // The page stays hidden for a second more at most, while the variant's is on its way.
    const veil = stub?.veil
    if (veil) veil.currentTime = 0
    if (stub) stub.veil = undefined
    const referrer = settings.referrer ?? document.referrer
    location.replace(variantAddress(address, { experiment: test.experiment, referrer }))
  }

  const enter = guarded(() => {
    const here = routeOf({ pathname: location.pathname, hash: settings.hashMode ? location.hash : '' })
    const entered = tests.filter(({ page }) => page === here)
    const [, route] = plan.canonicals.find(([variant]) => variant === here) || []
    const original = route && location.origin + route
    changes.set([
      ...entered.flatMap((test) => test.changes || []),
      ...(original ? [canonicalChange(original)] : []),
    ])
    nameCanonical(original)
    for (const test of tests) {
      const { url, page } = test
      const landed = landing?.experiment === test.experiment
      const arrived = !url || isAt(url)
      if (arrived && (page === here || (url && landed))) expose(test)
      else if (page === here && url && !landed && !cameFromHere()) whenActive(() => leaveFor(url, test))
    }
    tests = navigator.webdriver ? [] : plan.tests
  })
  return () => {
    enter()
    count()
  }
}
