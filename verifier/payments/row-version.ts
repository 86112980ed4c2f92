/**
 * The version of a row that replaces another: now in microseconds, but always above the one before, so that a clock
 * that steps back loses nothing.
 *
 * @param previous the version of the row to replace, 0 when there is none
 * @param now ms since 1970
 */
export function nextVersion(previous: bigint, now: number): bigint {
  const microseconds = BigInt(Math.floor(now)) * 1000n
  return microseconds > previous ? microseconds : previous + 1n
}
