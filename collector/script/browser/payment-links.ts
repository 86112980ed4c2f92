import { watchElementPath } from './element-path.ts'
import type { Revtrail } from './page-contract.ts'
import { isOpenReference } from './reference.ts'

const parameter = 'client_reference_id'

/**
 * Gives links to hosted payment pages the visit's reference in the moment of use, so that links added later, and
 * those that a framework writes again, have it too.
 */
export function markPaymentLinks(payHosts: string[], revtrail: Pick<Revtrail, 'visitId'>): void {
  watchElementPath(['mousedown', 'click', 'contextmenu', 'focus'], (element) => {
    const visit = revtrail.visitId
    if (!visit || !(element instanceof HTMLAnchorElement) || !payHosts.includes(element.host)) return
    const query = new URLSearchParams(element.search)
    if (!isOpenReference(query.get(parameter))) return
    query.set(parameter, visit)
    element.search = String(query)
  })
}
