import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'

/** Every row of every table, the engine's own logs included, as JSON lines. */
export async function tableText(database: ClickHouseClient): Promise<string> {
  const tables = await readRows(database, {
    sql: `SELECT database, name FROM system.tables WHERE engine LIKE '%MergeTree'`,
    row: z.object({ database: z.string(), name: z.string() }),
  })
  const texts: string[] = []
  for (const table of tables) {
    const answer = await database.query({
      query: 'SELECT * FROM {database:Identifier}.{name:Identifier}',
      query_params: table,
      format: 'JSONEachRow',
    })
    texts.push(await answer.text())
  }
  return texts.join('\n')
}

/** Every byte of every file below a directory, as Latin-1: text that is not compressed can be found in it. */
export function dataDirectoryText(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}
