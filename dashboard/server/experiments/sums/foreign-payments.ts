import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { type Scope, scopeParams } from './scope.ts'

const sql = sqlBeside(import.meta.url)

/** Whether a payment of the test's days is in another currency than the site's: most shops have none, so it is asked first. */
export async function hasForeignPayments(client: ClickHouseClient, scope: Scope): Promise<boolean> {
  const params = scopeParams(scope, [])
  const rows = await readRows(client, { sql: sql(), params, row: z.object({ found: z.number() }) })
  return rows.length > 0
}
