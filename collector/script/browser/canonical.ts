import type { PageChange } from '../../../schema/experiment/experiment.ts'

/** Has the page's own canonical link, if there is one, name the original of a page that holds a variant. */
export function canonicalChange(original: string): PageChange {
  return { action: 'attribute', selector: 'link[rel=canonical]', name: 'href', value: original }
}

/** Adds such a link where the page has none once it is parsed. The call names the original; without one it is gone. */
export function createCanonical(): (original: string | undefined) => void {
  const link = document.createElement('link')
  link.rel = 'canonical'
  let wanted: string | undefined
  const place = () => {
    link.remove()
    if (!wanted || document.querySelector('link[rel=canonical]')) return
    link.href = wanted
    document.head.append(link)
  }
  return (original) => {
    wanted = original
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', place)
    else place()
  }
}
