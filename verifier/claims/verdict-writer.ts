import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { readVisitReference } from '../../schema/event/visit-reference.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import type { Site } from '../../schema/site/read-sites.ts'
import { attribute, type Visit } from '../payments/attribute.ts'
import { paymentOfSession } from '../payments/payment-of-session.ts'
import { readPaymentVersions } from '../payments/payment-versions.ts'
import { writePayments } from '../payments/payments.ts'
import { nextVersion } from '../payments/row-version.ts'
import { readVisits } from '../payments/visit-attributes.ts'
import type { CheckoutSession } from '../stripe/checkout-session.ts'
import { type ClaimStateRow, writeClaimStates } from './claim-states.ts'
import type { Decision } from './decide-state.ts'
import { readFirstClaims } from './first-claims.ts'
import { claimKey, type OpenClaim } from './open-claim.ts'

/** What was decided about a claim. `paid` is the completed session where the state is `paid`. */
export type Verdict = {
  claim: OpenClaim
  site: Site
  decision: Decision
  asked: boolean
  paid: { session: CheckoutSession; accountId: string } | null
}

/**
 * Writes verdicts: the payments first, then the states of their claims. A kill between the two, or before either,
 * leaves claims that are asked about again, and the same payment replaces itself.
 */
export async function writeVerdicts(
  client: ClickHouseClient,
  verdicts: readonly Verdict[],
  { now, log }: { now: number; log: Logger },
): Promise<void> {
  const payments = await paymentsOf(client, verdicts, now)
  await writePayments(client, [...payments.values()])
  const states = verdicts.map((verdict): ClaimStateRow => {
    const { claim, decision, asked } = verdict
    return {
      site_id: claim.site_id,
      stripe_session_id: claim.stripe_session_id,
      ...decision,
      attempts: claim.attempts + (asked ? 1 : 0),
      first_claimed_at: claim.first_claimed_at,
      payment_id: payments.get(claimKey(claim))?.payment_id ?? '',
      verified_at: now,
      version: nextVersion(claim.version, now),
    }
  })
  await writeClaimStates(client, states)
  const counts: Record<string, number> = {}
  for (const { state } of states) counts[state] = (counts[state] ?? 0) + 1
  log.info({ states: counts, payments: payments.size }, 'claims decided')
}

async function paymentsOf(
  client: ClickHouseClient,
  verdicts: readonly Verdict[],
  now: number,
): Promise<Map<string, PaymentRow>> {
  const paid = verdicts.flatMap(({ claim, site, paid: found }) => (found ? [{ claim, site, ...found }] : []))
  if (paid.length === 0) return new Map()
  const references = paid.map(({ claim, site, session }) => ({
    key: claimKey(claim),
    site_id: site.site_id,
    session_id: readVisitReference(session.client_reference_id ?? '', site.reference_key),
  }))
  const [claimed, referenced, versions] = await Promise.all([
    readFirstClaims(
      client,
      paid.map(({ claim }) => claim),
    ),
    readReferenced(client, references),
    readPaymentVersions(
      client,
      paid.map(({ site, session }) => ({ site_id: site.site_id, payment_id: session.id })),
    ),
  ])
  const rows = new Map<string, PaymentRow>()
  for (const { claim, site, session, accountId } of paid) {
    const key = claimKey(claim)
    const payment = paymentOfSession(session, {
      site,
      accountId,
      attribution: attribute({
        allowed: site.revenue_attribution,
        referenced: referenced.get(key) ?? null,
        claimed: claimed.get(key) ?? null,
      }),
      verifiedAt: now,
      version: nextVersion(versions.get(key) ?? 0n, now),
    })
    if (payment) rows.set(key, payment)
  }
  return rows
}

type Reference = { key: string; site_id: number; session_id: bigint | null }

/** The visits that verified references point at, by the key of their claim. */
async function readReferenced(
  client: ClickHouseClient,
  references: readonly Reference[],
): Promise<Map<string, Visit>> {
  const found = new Map<string, Visit>()
  for (const [site_id, ofSite] of Map.groupBy(references, (reference) => reference.site_id)) {
    const session_ids = ofSite.flatMap(({ session_id }) => session_id ?? [])
    const visits = await readVisits(client, { site_id, session_ids })
    for (const { key, session_id } of ofSite) {
      const visit = session_id === null ? undefined : visits.get(session_id)
      if (visit) found.set(key, visit)
    }
  }
  return found
}
