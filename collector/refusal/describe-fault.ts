import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const mostFaults = 3
const longestPath = 80

/**
 * What is wrong with an event, as `path: message` for the first few faults. Never repeats what the event holds except
 * the names of its fields.
 */
export function describeFault(error: z.ZodError): string {
  const faults = error.issues.slice(0, mostFaults).map((issue) => {
    const { path, message } = deepest(issue, [])
    return `${path.map(String).join('.').slice(0, longestPath) || 'event'}: ${message}`
  })
  const more = error.issues.length - faults.length
  return [...faults, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** Of a union's branches, the one that got furthest says best what was meant. */
function deepest(
  issue: Issue,
  above: readonly PropertyKey[],
): { path: readonly PropertyKey[]; message: string } {
  const path = [...above, ...issue.path]
  let best: { path: readonly PropertyKey[]; message: string } = { path, message: issue.message }
  if (issue.code !== 'invalid_union') return best
  for (const [first] of issue.errors) {
    if (!first) continue
    const found = deepest(first, path)
    if (found.path.length > best.path.length) best = found
  }
  return best
}
