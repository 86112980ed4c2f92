import { z } from 'zod'
import { date, uint64 } from '../../schema/clickhouse/cell.ts'
import { dayNumber } from '../../schema/site/local-day.ts'

/** A local day of a site whose facts are not those that its rollup was made of; `source` is what they are now. */
export const changedDay = z.object({
  site_id: z.number(),
  day: date.transform(dayNumber),
  source: uint64,
})
export type ChangedDay = z.infer<typeof changedDay>

/** The kinds of rollups, each with a table of its own. */
export const rollupTables = { traffic: 'traffic_daily', revenue: 'revenue_daily' } as const
export type RollupKind = keyof typeof rollupTables
