import { readVisitReference } from '../../schema/event/visit-reference.ts'
import type { Equipment } from '../equipment.ts'
import { attribute, stronger } from './attribute.ts'
import { attributionOf } from './evidence.ts'
import {
  type ExternalPayment,
  readExternalPayments,
  refundOfExternal,
  rowOfExternal,
} from './external-payments.ts'
import { readStoredPayments } from './stored-payments.ts'
import { readVisits } from './visit-attributes.ts'

const most = 500

/** Copies payments that owners reported to where reports read them. Gives how many there were. */
export async function takeExternalPayments(equipment: Equipment): Promise<number> {
  const { client, directory, book, now } = equipment
  const reports = await readExternalPayments(client, { site_ids: [...directory.sites.keys()], limit: most })
  const verifiedAt = now()
  for (const [site_id, ofSite] of Map.groupBy(reports, (report) => report.site_id)) {
    const site = directory.sites.get(site_id)
    if (!site) continue
    const referred = (report: ExternalPayment) =>
      readVisitReference(report.visit_reference, site.reference_key) ?? 0n
    const [visits, stored] = await Promise.all([
      readVisits(client, { site_id, session_ids: ofSite.map(referred) }),
      readStoredPayments(client, {
        site_ids: [site_id],
        payment_ids: ofSite.map((report) => report.payment_id),
      }),
    ])
    const before = new Map(stored.map((row) => [row.payment_id, row]))
    const rows = ofSite.map((report) => {
      const referenced = visits.get(referred(report)) ?? null
      const found = attribute({
        allowed: site.revenue_attribution,
        referenced,
        inherited: null,
        claimed: null,
      })
      const last = before.get(report.payment_id)
      const attribution = last ? stronger(attributionOf(last), found) : found
      return rowOfExternal(report, { site, attribution, verifiedAt })
    })
    // Refunds first: a payment with the version of its report says that all of the report was copied.
    const refunded = ofSite.filter((report) => report.refunded_amount > 0 || before.has(report.payment_id))
    await book.takeRefunds(refunded.map((report) => refundOfExternal(report, { site, verifiedAt })))
    await book.takeExternal(rows)
  }
  return reports.length
}
