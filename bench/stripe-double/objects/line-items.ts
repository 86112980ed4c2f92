import type Stripe from 'stripe'
import type { LinkRecord } from '../books/records.ts'

/** The one product of a Payment Link: `description` is the only place where the API tells its name. */
export function lineItemsShape(link: LinkRecord): Stripe.ApiList<Stripe.LineItem> {
  const item: Stripe.LineItem = {
    id: `li_${link.id.slice('plink_'.length)}`,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: link.amount,
    amount_tax: 0,
    amount_total: link.amount,
    currency: link.currency,
    description: link.name,
    metadata: {},
    price: null,
    quantity: 1,
  }
  return { object: 'list', data: [item], has_more: false, url: `/v1/payment_links/${link.id}/line_items` }
}
