import { guarded } from './guarded.ts'
import type { EventOptions } from './page-contract.ts'

/** What the collector answers. Read leniently: zod alone would be many times this script. */
type Answer = {
  /** The visit's reference. */
  visit?: string
  /** Why the event was dropped or refused. */
  reason?: string
  /** Why the payment claim of an event that was stored was not taken. */
  claim?: string
  message?: string
}

const maxRetries = 5

/**
 * Gives the function that posts events to `endpoint`: as `text/plain`, which needs no preflight, without credentials,
 * and surviving the page's end. A network fault, 429 or 5xx is tried again while the page lives, at most 5 times,
 * after Retry-After or 1, 2, 4… s. Every try carries the same body, so its `event_id` makes a repetition harmless.
 */
export function createDelivery(endpoint: string, onVisit: (reference: string) => void) {
  let lastProblem: string | undefined

  function readAnswer({ visit, reason, claim, message }: Answer): void {
    if (visit) onVisit(visit)
    const problem = reason || claim
    if (problem && problem !== lastProblem) {
      lastProblem = problem
      console.warn('Revtrail:', problem, message)
    }
  }

  return async function deliver(
    body: string,
    callback?: EventOptions['callback'],
    retries = 0,
  ): Promise<void> {
    const response = await fetch(endpoint, {
      method: 'POST',
      body,
      keepalive: true,
      credentials: 'omit',
    }).catch(() => {})
    const status = response?.status || 0
    if (callback) guarded(callback)({ status })
    if (response && status < 500 && status !== 429)
      return response
        .json()
        .then(readAnswer)
        .catch(() => {})
    const seconds = Number(response?.headers.get('retry-after')) || 2 ** retries
    // At random up to twice as long: clients that were refused together must not come back together.
    if (retries < maxRetries)
      setTimeout(deliver, seconds * 1000 * (1 + Math.random()), body, undefined, retries + 1)
  }
}
