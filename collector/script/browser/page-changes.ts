import type { PageChange } from '../../../schema/experiment/experiment.ts'
import { guarded } from './guarded.ts'
import { isSelector } from './selector.ts'

// A framework that writes its own text again at every change of ours would otherwise hang the page.
const mostWrites = 1000

/** The page's changes in force. */
export type PageChanges = {
  /** Puts these in force instead of the ones before, which are undone where the page still shows them. */
  set: (changes: readonly PageChange[]) => void
}

/**
 * Changes elements that are there, and those that come later, in the same turn in which the browser adds them: before
 * it paints them.
 */
export function createPageChanges(): PageChanges {
  const undos: (() => void)[] = []
  let active: readonly PageChange[] = []
  const apply = () => {
    for (const change of active)
      for (const element of document.querySelectorAll<HTMLElement>(change.selector)) {
        const undo = undos.length < mostWrites && write(element, change)
        if (undo) undos.push(undo)
      }
  }
  const observer = new MutationObserver(guarded(apply))
  return {
    set: (changes) => {
      observer.disconnect()
      for (const undo of undos.splice(0).reverse()) undo()
      active = changes.filter(({ selector }) => isSelector(selector))
      apply()
      if (active.length)
        observer.observe(document, {
          childList: true,
          subtree: true,
          characterData: true,
          attributeFilter: active.flatMap((change) => ('name' in change ? change.name : [])),
        })
    },
  }
}

/** Changes an element. Nothing to undo where it is so already. */
function write(element: HTMLElement, change: PageChange): (() => void) | undefined {
  if (change.action === 'text') {
    const { value } = change
    if (element.textContent === value) return
    const before = [...element.childNodes]
    element.textContent = value
    return () => element.textContent === value && element.replaceChildren(...before)
  }
  if (change.action === 'attribute') {
    const { name, value } = change
    const before = element.getAttribute(name)
    if (before === value) return
    element.setAttribute(name, value)
    return () => {
      if (element.getAttribute(name) !== value) return
      if (before === null) element.removeAttribute(name)
      else element.setAttribute(name, before)
    }
  }
  const { style } = element
  const before = style.display
  if (before === 'none') return
  style.setProperty('display', 'none', 'important')
  return () => {
    style.display = before
  }
}
