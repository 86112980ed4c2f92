import { setTimeout as sleep } from 'node:timers/promises'

const firstMs = 200
const longestMs = 10_000

/**
 * Waits before the next try: 0.2 s, doubling up to 10 s, less up to half of it by chance, so that several collectors
 * do not return at the same moment.
 *
 * @param tries how many failed before
 * @throws AbortError when the signal comes first
 */
export async function backOff(tries: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(tries, 10))
  await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal })
}
