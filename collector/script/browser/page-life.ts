import { guarded } from './guarded.ts'

/** Runs now, or when a prerendered page is really shown: most prerendered pages never are. */
export function whenActive(run: () => void): void {
  if (document.prerendering) document.addEventListener('prerenderingchange', guarded(run), { once: true })
  else run()
}

/** Runs after the page's own `load` handlers. */
export function afterLoad(run: () => void): void {
  const soon = () => setTimeout(guarded(run))
  if (document.readyState === 'complete') soon()
  else addEventListener('load', soon)
}
