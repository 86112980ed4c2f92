/** With fewer buyers a high percentile is one or two of them, so nothing is capped (statistics.md 1.3 "Winsorize"). */
export const FEWEST_BUYERS_TO_CAP = 50

/** Quantile by linear interpolation (type 7; ClickHouse's quantileExactInclusive) of values in rising order. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q
  const below = Math.floor(position)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  return low + (position - below) * (high - low)
}

/** The cap over the totals of all arms' buyers, in rising order; infinite while there are too few of them. */
export function outlierCap(sortedTotals: ArrayLike<number>, percentile: number): number {
  if (sortedTotals.length < FEWEST_BUYERS_TO_CAP) return Number.POSITIVE_INFINITY
  return quantile(sortedTotals, percentile)
}
