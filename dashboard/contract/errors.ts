import { z } from 'zod'

/**
 * Every refusal of the dashboard's API: a code of a closed set, a sentence for a person (what happened, what was kept,
 * what to do next) and, for a body that does not fit, the fields that are wrong.
 */
export const refusal = z.object({
  error: z.enum([
    'invalid',
    'unauthenticated',
    'forbidden',
    'not_found',
    'conflict',
    'rate_limited',
    'too_large',
    'cross_site',
    'key_rejected',
    'unavailable',
    'internal',
  ]),
  message: z.string(),
  fields: z.record(z.string(), z.string()).optional(),
})

export type Refusal = z.infer<typeof refusal>
