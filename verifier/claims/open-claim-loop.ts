import type { Equipment } from '../equipment.ts'
import type { Pace } from '../pace.ts'
import { readCursors } from '../reconciliation/cursors.ts'
import { BulkLookup } from './bulk-lookup.ts'
import { ClaimInquiry } from './claim-inquiry.ts'
import { ClaimLoop } from './claim-loop.ts'
import { takeSessions } from './session-news.ts'
import { writeVerdicts } from './verdict-writer.ts'

/**
 * The loop over claims, made of what the verifier works with.
 *
 * @param connectionsChanged is called when keys, or the links that sites may claim, are others than before
 */
export function openClaimLoop(
  equipment: Equipment,
  pace: Pace,
  connectionsChanged: () => void = () => undefined,
): ClaimLoop {
  const { client, directory, registry, clock, linkHosts, paging, now, log } = equipment
  const tick = () => clock.tick()
  const inquiry = new ClaimInquiry({
    accountOf: (siteId) => directory.accountOf(siteId),
    isCurrent: (open) => registry.get(open.connection.site_id) === open,
    linkHosts,
    tick,
    now,
    random: paging.random,
    backoffMs: pace.backoffMs,
    log,
  })
  const bulk = new BulkLookup({
    take: (account, news) => takeSessions(account, news, equipment),
    covered: async (account) => {
      const { sweep } = await readCursors(client, account.name)
      return sweep && { from: sweep.covered_from, until: sweep.covered_until }
    },
    paging,
    gapMs: pace.bulkGapMs,
    now,
    log,
  })
  return new ClaimLoop({
    ...equipment,
    inquiry,
    bulk,
    write: (verdicts) => writeVerdicts(verdicts, { ...equipment, now: now() }),
    missesPerDay: pace.missesPerDay,
    tick,
    connectionsChanged,
  })
}
