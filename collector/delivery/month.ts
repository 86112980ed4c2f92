/** A calendar month in UTC, the partition of `events`: its name `202611`, its first millisecond and the next one's. */
export type Month = { name: string; from: number; to: number }

export function monthOf(ms: number): Month {
  const date = new Date(ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const name = `${year}${String(month + 1).padStart(2, '0')}`
  return { name, from: Date.UTC(year, month), to: Date.UTC(year, month + 1) }
}

export function isIn(month: Month, ms: number): boolean {
  return ms >= month.from && ms < month.to
}
