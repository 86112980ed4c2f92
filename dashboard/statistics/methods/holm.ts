/**
 * Holm's adjusted p-values, in the order given: the running maximum of (m − i + 1) p_(i), at most 1
 * (statistics.md 1.3 "Holm").
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 1)
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p)
  let highest = 0
  for (const [rank, { p, index }] of order.entries()) {
    highest = Math.min(1, Math.max(highest, (pValues.length - rank) * p))
    adjusted[index] = highest
  }
  return adjusted
}
