/**
 * Whether two rows say the same, but for when that was learnt. Writing a row again that says nothing new would make
 * every rollup of its day be computed again.
 */
export function sameFacts<R extends { verified_at: number; version: bigint }>(a: R, b: R): boolean {
  return textOf(a) === textOf(b)
}

function textOf<R extends { verified_at: number; version: bigint }>(row: R): string {
  const { verified_at: _, version: __, ...facts } = row
  return JSON.stringify(Object.entries(facts).sort(), (___, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
