import { Refused } from '../refusal.ts'

/** Why a test is not stored, or does not start. */
export const faultReasons = [
  'weights_do_not_add_up',
  'variant_ids_repeat',
  'control_changed',
  'not_of_this_kind',
  'variant_url_elsewhere',
  'redirect_loop',
  'page_is_not_a_path',
  'unknown_goal',
  'goal_repeats',
  'goal_missing',
  'variant_unfinished',
  'collision',
  'plan_is_fixed',
  'wrong_status',
  'not_found',
] as const

/** A fault of a test: the reason, the field of the body that is wrong where there is one, and a sentence for the owner. */
export type Fault = { reason: (typeof faultReasons)[number]; field?: string; message: string }

const conflicts = new Set<Fault['reason']>(['collision', 'plan_is_fixed', 'wrong_status'])

/** A fault as the answer that refuses. */
export function refuseFault({ reason, field, message }: Fault): Refused {
  const code = reason === 'not_found' ? 'not_found' : conflicts.has(reason) ? 'conflict' : 'invalid'
  return new Refused(code, message, field === undefined ? {} : { fields: { [field]: message } })
}
