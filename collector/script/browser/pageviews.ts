import { guarded } from './guarded.ts'
import { withoutOwnParameters } from './own-parameters.ts'

/**
 * Calls `count` for the page, for each later route with another path or query (in hash mode also fragment), and when
 * the page comes back from the back-forward cache.
 *
 * A route is compared without our own parameters, so that its removal, and routers that write the address again,
 * count nothing.
 */
export function watchPageviews(hashMode: boolean, count: () => void): void {
  let lastRoute: string | undefined
  const look = guarded(() => {
    const route = withoutOwnParameters(location.pathname + location.search + (hashMode ? location.hash : ''))
    if (route !== lastRoute) {
      lastRoute = route
      count()
    }
  })
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = (...change) => {
      original.apply(history, change)
      look()
    }
  }
  addEventListener('popstate', look)
  addEventListener('pageshow', (event) => {
    if (event.persisted) count()
  })
  look()
}
