/** "4%", "0.5%": one decimal below 10 %. */
export const plainPercent = (value: number) =>
  `${value < 0.0995 ? Number((value * 100).toFixed(1)) : Math.round(value * 100)}%`

/** "+4%", "−0.5%". */
export function signedPercent(value: number): string {
  const size = plainPercent(Math.abs(value))
  if (size === '0%') return size
  return `${value < 0 ? '−' : '+'}${size}`
}

const MOST_DECIMALS = 3

/** Two splits as "52/48" and "50/50", with as many decimals as it takes to tell them apart. */
export function splitWords(
  seen: readonly number[],
  planned: readonly number[],
): [seen: string, planned: string] {
  const text = (parts: readonly number[], decimals: number) =>
    parts.map((part) => Number((part * 100).toFixed(decimals))).join('/')
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals++) {
    if (text(seen, decimals) !== text(planned, decimals))
      return [text(seen, decimals), text(planned, decimals)]
  }
  return [text(seen, MOST_DECIMALS), text(planned, MOST_DECIMALS)]
}
