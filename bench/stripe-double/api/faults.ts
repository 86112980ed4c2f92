import { z } from 'zod'
import type { Random } from '../random.ts'
import { rateLimitReasons } from './stripe-answers.ts'

/**
 * One way for requests to go wrong. It hits the requests to `path` (a prefix) of `account`: after the first
 * `skip` of them, at most `times`, each with `probability`, between `from` and `until`. Without these it hits
 * every request until cleared.
 */
export const faultRule = z.strictObject({
  kind: z.enum([
    'rate_limit',
    'lock_timeout',
    'server_error',
    'unauthorized',
    'forbidden',
    'hang',
    'reset',
    'wrong_id',
    'html',
    'slow',
  ]),
  path: z.string().default('/v1/'),
  /** Only calls for a list, or only those for one object. */
  calls: z.enum(['any', 'lists', 'retrieves']).default('any'),
  account: z.string().optional(),
  skip: z.int().min(0).default(0),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).default(1),
  /** Of the double's clock, ms since 1970: a storm that comes and goes by itself. */
  from: z.number().optional(),
  until: z.number().optional(),
  /** For `rate_limit`. */
  reason: z.enum(rateLimitReasons).default('global-rate'),
  /** For `rate_limit`: seconds of a Retry-After header, which Stripe does not document. */
  retry_after: z.int().min(0).optional(),
  /** For `forbidden`. */
  permission: z.string().default('rak_charge_read'),
  /** For `server_error` (500) and `html` (200). */
  status: z.int().min(200).max(599).optional(),
  /** For `slow`. */
  delay_ms: z.int().min(0).default(1000),
})

export type Fault = z.output<typeof faultRule>
type Target = { path: string; account: string | undefined; list: boolean }
type Rule = { fault: Fault; seen: number; hits: number }

/** The faults in force. Chance is seeded, so that a run can be repeated; `now` in ms. */
export function createFaults(random: Random, now: () => number) {
  const rules = new Map<string, Rule>()

  function hit(rule: Rule, target: Target): boolean {
    const { skip, times, probability } = rule.fault
    if (!concerns(rule.fault, target, now())) return false
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

function concerns(fault: Fault, target: Target, now: number): boolean {
  const { path, account, calls, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = fault
  if (!target.path.startsWith(path) || now < from || now >= until) return false
  if (account !== undefined && account !== target.account) return false
  return calls === 'any' || (calls === 'lists') === target.list
}

export type Faults = ReturnType<typeof createFaults>
