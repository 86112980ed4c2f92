import { setTimeout as wait } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ merges: integer })

/** Resolves when the engine has merged nothing for three seconds: what it does in the background is no report's cost. */
export async function awaitMerges(client: ClickHouseClient): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    const [state] = await readRows(client, { sql: sql(), row })
    quiet = state?.merges === 0 ? quiet + 1 : 0
    await wait(1_000)
  }
}
