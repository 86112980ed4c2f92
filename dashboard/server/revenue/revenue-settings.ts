import type { Site } from '../../../schema/site/read-sites.ts'
import type { RevenueSettings } from '../../contract/revenue.ts'
import type { Installation } from '../environment.ts'
import { readLive } from '../site/live.ts'
import { readClaimCounts, stateGroups } from './claim-counts.ts'
import { type Connection, readConnection } from './connection.ts'
import { diagnose } from './diagnosis.ts'
import { readPayments } from './payments.ts'
import { kindOfHint } from './stripe-key.ts'

/** Stripe's mode that reports of a site show: that of its connection, or of the one it had last. */
export function shownMode(connection: Connection | null): boolean {
  return connection?.livemode ?? true
}

/** Everything that the Revenue tab shows, the diagnosis included. */
export async function readRevenueSettings(installation: Installation, site: Site): Promise<RevenueSettings> {
  const { config, now, reader, writer } = installation
  const row = await readConnection(writer, site.site_id)
  const mode = { siteId: site.site_id, livemode: shownMode(row), limit: 1 }
  const [claims, live, [lastPayment]] = await Promise.all([
    readClaimCounts(reader, site.site_id),
    readLive(reader, site, now()),
    readPayments(reader, mode),
  ])
  const counts = { paid: 0, waiting: 0, refused: 0 }
  for (const { state, count } of claims) counts[stateGroups[state]] += count
  const connection = row === null || row.deleted ? null : describe(row)
  const redirectUrl = `https://${site.domain}/thanks?stripe_session_id={CHECKOUT_SESSION_ID}`
  const facts = {
    domain: site.domain,
    connection,
    lastEventAt: live.last_event_at,
    claims,
    counts,
    dropped: live.dropped,
    lastPayment: lastPayment ?? null,
    redirectUrl,
  }
  return {
    connection,
    redirect_url: redirectUrl,
    counts,
    diagnosis: diagnose(facts),
    support_contact: config.SUPPORT_CONTACT ?? null,
  }
}

function describe(row: Connection): RevenueSettings['connection'] {
  const connected_at = new Date(row.connected_at).toISOString()
  const { method, key_hint, livemode } = row
  // What the verifier said of an earlier key says nothing of this one, which was tested when it was saved.
  const current = row.health_state !== '' && row.health_checked_at >= row.connected_at
  return {
    provider: 'stripe',
    method,
    key_hint,
    key_kind: kindOfHint(key_hint),
    livemode,
    connected_at,
    health:
      current && row.health_state !== ''
        ? {
            state: row.health_state,
            detail: row.health_detail,
            checked_at: new Date(row.health_checked_at).toISOString(),
          }
        : { state: 'ok', detail: 'Tested with Stripe when it was saved.', checked_at: connected_at },
  }
}
