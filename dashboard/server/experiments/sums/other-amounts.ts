import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { hasForeignPayments } from './foreign-payments.ts'
import { type Scope, scopeParams } from './scope.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ variant: z.string(), currency: z.string(), amount: integer })
/** An amount in minor units of a currency that cannot be added to the site's. */
export type OtherAmount = z.infer<typeof row>

/** What a test's visitors paid in currencies that cannot be added to the site's, in minor units. */
export async function readOtherAmounts(client: ClickHouseClient, scope: Scope) {
  if (!(await hasForeignPayments(client, scope))) return []
  return await readRows(client, { sql: sql(), params: scopeParams(scope, []), row })
}
