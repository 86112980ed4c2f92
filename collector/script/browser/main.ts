import type { ServedPlan } from '../served-plan.ts'
import { createDelivery } from './delivery.ts'
import { eventBody } from './event-body.ts'
import { watchGoalClicks } from './goal-clicks.ts'
import { guarded } from './guarded.ts'
import { cleanAddressBar } from './own-parameters.ts'
import type { EventCall, Revtrail } from './page-contract.ts'
import { afterLoad, whenActive } from './page-life.ts'
import { watchPageviews } from './pageviews.ts'
import { markPaymentElements } from './payment-elements.ts'
import { markPaymentLinks } from './payment-links.ts'
import { followPlan } from './plan.ts'
import { askForPreview } from './preview.ts'
import { readSettings } from './settings.ts'

declare global {
  /** Put in by the build: false in the script of sites without split tests and element goals, whose code falls away. */
  const planned: boolean
  /** Put in by the collector, in the other. */
  const servedPlan: ServedPlan
}

/**
 * The tracking script. It keeps nothing on the visitor's device: the visit's reference lives in this page's memory.
 * Each part is a file that starts here.
 */
function start(): void {
  const stub = window.revtrail
  const script = document.currentScript
  // A page that carries the snippet twice is counted once; a file on someone's disk is not counted at all.
  if (!script || !('src' in script) || (stub && 'visitId' in stub) || !location.host) return
  if (askForPreview(script)) return
  const settings = readSettings(script)

  const deliver = createDelivery(settings.endpoint, (reference) => {
    revtrail.visitId = reference
    markElements()
  })
  const track = guarded((...call: EventCall) =>
    whenActive(() => {
      // A page may wait for the callback before it goes on.
      if (planned && settings.silent) return call[1]?.callback?.({ status: 0 })
      // A page that replaced fetch by something that throws gets no unhandled rejection.
      deliver(eventBody(settings, ...call), call[1]?.callback).catch(() => {})
      afterLoad(cleanAddressBar)
    }),
  )
  // Code that kept the stub calls it after the script came; it pushes here.
  const revtrail: Revtrail = Object.assign(track, {
    visitId: undefined,
    q: { push: (call: EventCall) => track(...call) },
  })
  window.revtrail = revtrail

  const markElements = markPaymentElements(revtrail)
  markPaymentLinks(settings.payHosts, revtrail)
  watchGoalClicks((goal) => track('goal', { props: { goal } }))
  const count = () => track('pageview')
  watchPageviews(
    settings.hashMode,
    planned ? followPlan(servedPlan, { settings, track, stub, count }) : count,
  )
  stub?.q?.forEach?.((call) => {
    track(...call)
  })
}

guarded(start)()
