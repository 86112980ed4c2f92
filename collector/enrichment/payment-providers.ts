/**
 * Hosts from which buyers return after paying; a host covers its subdomains. They never start a visit or take the
 * credit for a purchase. Matomo gave it to them for years (matomo-org/matomo#18612).
 */
const paymentProviders = new Set([
  'stripe.com',
  'link.com',
  'paypal.com',
  'paypal.me',
  'klarna.com',
  'afterpay.com',
  'clearpay.co.uk',
  'affirm.com',
  'adyen.com',
  'mollie.com',
  'braintreegateway.com',
  'checkout.com',
  'worldpay.com',
  'paddle.com',
  'lemonsqueezy.com',
  'gocardless.com',
  'sofort.com',
  'giropay.de',
  'ideal.nl',
  'bancontact.com',
  'przelewy24.pl',
  'alipay.com',
  'pay.google.com',
  'pay.amazon.com',
  'payments.amazon.com',
  'squareup.com',
  'razorpay.com',
  'mercadopago.com',
  'cardinalcommerce.com',
  'arcot.com',
  '3dsecure.io',
])

/**
 * Whether a host, or a domain above it, is a payment provider.
 *
 * @param further the site's own Payment Link domains
 */
export function isPaymentProvider(host: string, further: readonly string[] = []): boolean {
  if (further.includes(host)) return true
  for (let at = -1; ; ) {
    if (paymentProviders.has(host.slice(at + 1))) return true
    at = host.indexOf('.', at + 1)
    if (at < 0) return false
  }
}
