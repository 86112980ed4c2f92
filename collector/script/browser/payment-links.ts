import { guarded } from './guarded.ts'
import type { Revtrail } from './page-contract.ts'
import { isOpenReference } from './reference.ts'

const parameter = 'client_reference_id'

/**
 * Gives links to hosted payment pages the visit's reference in the moment of use, so that links added later, and
 * those that a framework writes again, have it too.
 */
export function markPaymentLinks(payHosts: string[], revtrail: Pick<Revtrail, 'visitId'>): void {
  const mark = guarded((event: Event) => {
    const visit = revtrail.visitId
    for (const node of event.composedPath())
      if (visit && node instanceof HTMLAnchorElement && payHosts.includes(node.host)) {
        const query = new URLSearchParams(node.search)
        if (!isOpenReference(query.get(parameter))) continue
        query.set(parameter, visit)
        node.search = String(query)
      }
  })
  for (const type of ['mousedown', 'click', 'auxclick', 'keydown', 'contextmenu', 'focus'])
    document.addEventListener(type, mark, true)
}
