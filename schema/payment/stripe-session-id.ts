/** A Checkout Session's id. Checked before any call: stripe-node's `retrieve('')` sends a request. */
export const stripeSessionIdPattern = /^cs_(test|live)_[A-Za-z0-9]{10,250}$/

/** The placeholder that Stripe fills in a Payment Link's redirect; seen as it is when the owner put it elsewhere. */
export const checkoutPlaceholder = '{CHECKOUT_SESSION_ID}'

/** The mode of a Checkout Session's id, or null when the text is no such id. */
export function stripeSessionMode(id: string): 'test' | 'live' | null {
  const mode = stripeSessionIdPattern.exec(id)?.[1]
  return mode === 'test' || mode === 'live' ? mode : null
}
