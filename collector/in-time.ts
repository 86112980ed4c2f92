/**
 * Waits for a step, but not longer than its patience; it is not stopped then.
 *
 * @param patienceMs ms
 * @returns what went wrong, or null
 */
export async function inTime(patienceMs: number, step: () => Promise<void>): Promise<unknown> {
  const patience = Promise.withResolvers<never>()
  const timer = setTimeout(() => patience.reject(new Error(`no answer in ${patienceMs} ms`)), patienceMs)
  try {
    await Promise.race([step(), patience.promise])
    return null
  } catch (error) {
    return error
  } finally {
    clearTimeout(timer)
  }
}
