import type { ClickHouseClient } from '@clickhouse/client'
import { readVisitReference } from '../../schema/event/visit-reference.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import type { Account, AccountSite } from './account.ts'
import { type Attribution, attribute, type Visit } from './attribute.ts'
import { type FirstClaim, readFirstClaims } from './first-claims.ts'
import type { FoundPayment } from './found-payment.ts'
import { readPaymentsByReference } from './payments-by-reference.ts'
import { readStoredPayments } from './stored-payments.ts'
import { readUnassigned, type Unassigned } from './unassigned-payments.ts'
import { readVisits } from './visit-attributes.ts'

/** Older payments are opened from old links and bookmarks, whose visit earned nothing (ruling 18). */
const oldestClaimed = 30 * 86_400_000

/** Whether a page after payment was opened (ms) soon enough after the payment began (ms). */
export function isTimely(claimedAt: number, begunAt: number): boolean {
  return claimedAt - begunAt <= oldestClaimed
}

/** What the tables know about payments that were found. */
export type TableEvidence = {
  stored: Map<string, PaymentRow>
  unassigned: Map<string, Unassigned>
  /** The first claim of each session on each site, the earliest first. */
  claims: Map<string, FirstClaim[]>
  /** The first payment of each subscription. */
  subscriptions: Map<string, PaymentRow>
}

/** Reads what the tables know about these payments of an account. */
export async function readEvidence(
  client: ClickHouseClient,
  account: Account,
  founds: readonly FoundPayment[],
): Promise<TableEvidence> {
  const site_ids = account.sites.map((site) => site.site_id)
  const payment_ids = founds.map((found) => found.payment_id)
  const renewals = founds.filter((found) => found.kind === 'renewal')
  const [stored, unassigned, claims, subscriptions] = await Promise.all([
    readStoredPayments(client, { site_ids, payment_ids }),
    readUnassigned(client, account, { payment_ids }),
    readFirstClaims(client, {
      site_ids,
      stripe_session_ids: payment_ids.filter((id) => id.startsWith('cs_')),
    }),
    readPaymentsByReference(client, {
      site_ids,
      subscription_ids: renewals.map((found) => found.subscription_id),
    }),
  ])
  const charged = new Map(founds.map((found) => [found.payment_id, found.charged_at]))
  const timely = claims
    .filter((claim) => isTimely(claim.claimed_at, charged.get(claim.stripe_session_id) ?? 0))
    .sort((a, b) => a.claimed_at - b.claimed_at || a.site_id - b.site_id)
  return {
    stored: new Map(stored.map((row) => [row.payment_id, row])),
    unassigned: new Map(unassigned.map((row) => [row.payment_id, row])),
    claims: Map.groupBy(timely, (claim) => claim.stripe_session_id),
    subscriptions: new Map(
      subscriptions.filter((row) => row.kind === 'first').map((row) => [row.subscription_id, row]),
    ),
  }
}

/** A payment and the site that it is counted on. */
export type Placed = { found: FoundPayment; site: AccountSite }

/** Credits payments of one site, by id of the payment. */
export async function readAttributions(
  client: ClickHouseClient,
  placed: readonly Placed[],
  evidence: TableEvidence,
): Promise<Map<string, Attribution>> {
  const credits = new Map<string, Attribution>()
  for (const [site, ofSite] of Map.groupBy(placed, ({ site: of }) => of)) {
    const referred = ofSite.map(({ found }) => ({ found, session_id: referredVisit(found, site) }))
    const visits = await readVisits(client, {
      site_id: site.site_id,
      session_ids: referred.flatMap(({ session_id }) => session_id ?? []),
    })
    for (const { found, session_id } of referred)
      credits.set(
        found.payment_id,
        attribute({
          allowed: site.revenue_attribution,
          referenced: session_id === null ? null : (visits.get(session_id) ?? null),
          inherited: inherited(found, site, evidence),
          claimed: claimed(found, site, evidence),
        }),
      )
  }
  return credits
}

/** The visit that the strongest reference of this site points at, or null. */
export function referredVisit({ references }: Pick<FoundPayment, 'references'>, site: AccountSite) {
  for (const reference of references) {
    const visit = readVisitReference(reference, site.reference_key)
    if (visit !== null) return visit
  }
  return null
}

function claimed(found: FoundPayment, site: AccountSite, { claims }: TableEvidence): Attribution | null {
  const claim = claims.get(found.payment_id)?.find((each) => each.site_id === site.site_id)
  if (!claim) return null
  const { site_id: _, stripe_session_id: __, claimed_at: ___, ...credit } = claim
  return credit
}

function inherited(
  found: FoundPayment,
  site: AccountSite,
  { subscriptions }: TableEvidence,
): Attribution | null {
  const first = found.kind === 'renewal' ? subscriptions.get(found.subscription_id) : undefined
  if (!first || first.site_id !== site.site_id || first.confidence === 'unattributed') return null
  return attributionOf(first)
}

/** The credit that a stored payment carries. */
export function attributionOf(row: PaymentRow): Attribution {
  const { hostname, entry_page, referrer, source, channel } = row
  const { utm_source, utm_medium, utm_campaign, utm_content, utm_term } = row
  const { country, region, city, browser, browser_version, os, os_version, device } = row
  const visit: Visit = {
    ...{ hostname, entry_page, referrer, source, channel },
    ...{ utm_source, utm_medium, utm_campaign, utm_content, utm_term },
    ...{ country, region, city, browser, browser_version, os, os_version, device },
    visitor_id: row.visitor_id,
    session_id: row.session_id,
    visit_day: row.visit_day,
  }
  return { ...visit, confidence: row.confidence }
}
