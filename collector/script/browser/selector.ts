import { guarded } from './guarded.ts'

/** Whether the browser understands a selector that the owner wrote; the console tells of one that it does not. */
export function isSelector(selector: string): boolean {
  let known = false
  guarded(() => {
    document.querySelector(selector)
    known = true
  })()
  return known
}
