import { guarded } from './guarded.ts'

/**
 * Looks at each element that events of some types pass on their way, the innermost first, before the page's own
 * handlers run; into open shadow roots too.
 */
export function watchElementPath(types: readonly string[], look: (element: HTMLElement) => void): void {
  const walk = guarded((event: Event) => {
    for (const node of event.composedPath()) if (node instanceof HTMLElement) look(node)
  })
  for (const type of types) document.addEventListener(type, walk, true)
}
