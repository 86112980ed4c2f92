import { z } from 'zod'
import type { Random } from '../random.ts'
import { rateLimitReasons } from './stripe-answers.ts'

/**
 * One way for requests to go wrong. It hits the requests to `path` (a prefix) of `account`: after the first
 * `skip` of them, at most `times`, each with `probability`. Without these it hits every request until cleared.
 */
export const faultRule = z.strictObject({
  kind: z.enum(['rate_limit', 'lock_timeout', 'server_error', 'hang', 'reset', 'wrong_id', 'html', 'slow']),
  path: z.string().default('/v1/'),
  account: z.string().optional(),
  skip: z.int().min(0).default(0),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).default(1),
  /** For `rate_limit`. */
  reason: z.enum(rateLimitReasons).default('global-rate'),
  /** For `rate_limit`: seconds of a Retry-After header, which Stripe does not document. */
  retry_after: z.int().min(0).optional(),
  /** For `server_error` (500) and `html` (200). */
  status: z.int().min(200).max(599).optional(),
  /** For `slow`. */
  delay_ms: z.int().min(0).default(1000),
})

export type Fault = z.output<typeof faultRule>
type Target = { path: string; account: string | undefined }

/** The faults in force. Chance is seeded, so that a run can be repeated. */
export function createFaults(random: Random) {
  const rules = new Map<string, { fault: Fault; seen: number; hits: number }>()

  function hit(rule: { fault: Fault; seen: number; hits: number }, target: Target): boolean {
    const { path, account, skip, times, probability } = rule.fault
    if (!target.path.startsWith(path)) return false
    if (account !== undefined && account !== target.account) return false
    rule.seen += 1
    if (rule.seen <= skip || rule.hits >= (times ?? Number.POSITIVE_INFINITY)) return false
    if (probability < 1 && random.fraction() >= probability) return false
    rule.hits += 1
    return true
  }

  return {
    /** Puts a fault in force; gives the name by which to clear it. */
    set(fault: z.input<typeof faultRule>): string {
      const id = `fault_${random.token(8)}`
      rules.set(id, { fault: faultRule.parse(fault), seen: 0, hits: 0 })
      return id
    },
    /** Ends one fault, or all of them. */
    clear(id?: string): void {
      if (id === undefined) rules.clear()
      else rules.delete(id)
    },
    list: () => [...rules].map(([id, { fault, seen, hits }]) => ({ id, ...fault, seen, hits })),
    /** The first fault that hits this request. */
    strike(target: Target): Fault | undefined {
      for (const rule of rules.values()) if (hit(rule, target)) return rule.fault
      return undefined
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
