const dayMs = 86_400_000

/**
 * The first local day of which visits are kept: the first of a month, so that a site's facts are rewritten once a month.
 *
 * @param today a number of days since 1970, as is what it gives
 * @param months 0 keeps everything
 */
export function firstKeptDay(today: number, months: number): number {
  if (months === 0) return 0
  const date = new Date(today * dayMs)
  return Math.max(0, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months) / dayMs)
}
