import { guarded } from './guarded.ts'
import type { Revtrail } from './page-contract.ts'
import { isOpenReference } from './reference.ts'

const attribute = 'client-reference-id'

/**
 * Gives Stripe's Buy Buttons and Pricing Tables the visit's reference, those added later too. They open Stripe from
 * inside a frame, where no click is seen, so the attribute is set beforehand.
 *
 * Source: https://docs.stripe.com/payment-links/buy-button
 *
 * @returns the call for a reference that became known or changed
 */
export function markPaymentElements(revtrail: Pick<Revtrail, 'visitId'>): () => void {
  const mark = guarded(() => {
    const visit = revtrail.visitId
    for (const element of document.querySelectorAll('stripe-buy-button,stripe-pricing-table')) {
      const present = element.getAttribute(attribute)
      // Writing the same again would reload the frame.
      if (visit && present !== visit && isOpenReference(present)) element.setAttribute(attribute, visit)
    }
  })
  new MutationObserver(mark).observe(document, { childList: true, subtree: true })
  return mark
}
