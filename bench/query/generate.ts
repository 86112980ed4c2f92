import type { ClickHouseClient } from '@clickhouse/client'
import { generateEvents } from './generate-events.ts'
import { generatePayments } from './generate-payments.ts'
import { generateRefunds } from './generate-refunds.ts'
import { generateSites } from './generate-sites.ts'
import { groupsOf, type Scale } from './scale.ts'

/** What of the last day has passed. */
const partOfToday = 0.95

/**
 * Fills the tables from within the engine, a day at a time as they would fill in life, so that parts are as large and as
 * many. Visits reach `sessions` by the view.
 *
 * @param today the last day, a number of days since 1970
 */
export async function generate(
  client: ClickHouseClient,
  scale: Scale,
  { today, seed, onDay }: { today: number; seed: number; onDay: (done: number) => void },
): Promise<void> {
  await generateSites(client, scale.sites)
  for (let day = today - scale.days + 1; day <= today; day++) {
    for (const group of groupsOf(scale)) {
      if (group.eventsADay > 0)
        await generateEvents(client, { group, day, part: day === today ? partOfToday : 1, seed })
    }
    await generatePayments(client, day, seed)
    await generateRefunds(client, day, seed)
    onDay(scale.days - (today - day))
  }
}
