// The app's words are English, so its figures are too: a German comma in an English sentence reads as a mistake.
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A count in full: 18,402. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** A count that must fit a narrow place: in full below ten million, then 12.3M. */
export function formatShortCount(count: number): string {
  return Math.abs(count) < 10_000_000 ? whole.format(count) : compact.format(count)
}

/** A count for an axis: 950, 1.2K, 3M. */
export function formatAxisCount(count: number): string {
  return Math.abs(count) < 1_000 ? new Intl.NumberFormat('en').format(count) : compact.format(count)
}

/** A percentage given in percent: two decimals below 10, one below 100 when it has any, none for a round number. */
export function formatPercent(percent: number): string {
  if (percent === 0) return '0%'
  if (percent > 0 && percent < 0.01) return '<0.01%'
  const digits = Math.abs(percent) < 10 ? 2 : 1
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(percent)}%`
}

/** A percentage for a narrow column: one decimal, none from 10 up, so that figures stand under each other. */
export function formatShortPercent(percent: number): string {
  if (percent > 0 && percent < 0.1) return '<0.1%'
  if (percent === 0) return '0%'
  const digits = Math.abs(percent) < 9.95 ? 1 : 0
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return `${new Intl.NumberFormat('en', form).format(percent)}%`
}

/** A percentage for a column of a wide table: always one decimal. */
export function formatColumnPercent(percent: number): string {
  if (percent > 0 && percent < 0.05) return '<0.1%'
  const form = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  return `${new Intl.NumberFormat('en', form).format(percent)}%`
}

/** `part` of `total` in percent, or null when there is no total to share. */
export function share(part: number, total: number): number | null {
  return total > 0 ? (part / total) * 100 : null
}
