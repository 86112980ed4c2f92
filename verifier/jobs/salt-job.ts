import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { dayText } from '../../schema/site/local-day.ts'
import { destroySalt } from './destroy-salt.ts'
import { readSaltDays } from './salt-days.ts'

const hour = 3_600_000
const day = 24 * hour

/** A salt lives 48 hours from the start of its day in UTC; then no one can compute a visitor's id again. */
const lifeDays = 2

/**
 * Makes the salts that some site will need before tomorrow ends there, and destroys those whose 48 hours are over.
 * Run again it changes nothing. Site-local days run from 12 hours behind UTC to 14 ahead.
 *
 * @returns how many were made and destroyed
 */
export async function keepSalts(
  client: ClickHouseClient,
  { now, log }: { now: number; log: Logger },
): Promise<number> {
  const existing = await readSaltDays(client)
  const earliest = Math.floor((now - 12 * hour) / day)
  const latest = Math.floor((now + 14 * hour) / day) + 1
  const missing = range(earliest, latest).filter((each) => !existing.includes(each))
  if (missing.length > 0) {
    const values = missing.map((each) => ({
      day: dayText(each),
      created_at: instantCell(now),
      salt: randomBytes(32).toString('hex'),
    }))
    await client.insert({ table: 'salts', values, format: 'JSONEachRow' })
  }
  const expired = existing.filter((each) => (each + lifeDays) * day <= now)
  for (const each of expired) await destroySalt(client, dayText(each))
  if (missing.length + expired.length > 0)
    log.info({ made: missing.map(dayText), destroyed: expired.map(dayText) }, 'salts kept')
  return missing.length + expired.length
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
