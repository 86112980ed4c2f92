import { z } from 'zod'

/** `POST /api/login`. Passwords are at most 256 bytes. */
export const loginBody = z.object({ email: z.email().max(254), password: z.string().min(1).max(256) })

/** `POST /api/setup`: makes the first owner. `token` is the one-time token of the setup link, valid for 60 minutes. */
export const setupBody = z.object({
  token: z.string().min(1).max(200),
  email: z.email().max(254),
  password: z.string().min(10, 'Use at least 10 characters.').max(256),
})

/** `GET /api/me`. `first_run` is true while no owner exists; then everything else is null. */
export const me = z.object({
  first_run: z.boolean(),
  user: z.object({ email: z.string(), role: z.string() }).nullable(),
  installation: z.object({
    collector_url: z.string(),
    script_path: z.string(),
    support_contact: z.string().nullable(),
    /** The address of a stand-in for Stripe, shown as a warning; null with the real one. */
    stripe_double: z.string().nullable(),
    /** Attribution that the geo database's licence asks for. */
    geo_attribution: z.object({ text: z.string(), url: z.string() }),
  }),
})
export type Me = z.infer<typeof me>

/** `GET /api/keys`: API keys, never the key itself. */
export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  key_hint: z.string(),
  scope: z.enum(['read', 'manage']),
  created_at: z.iso.datetime(),
})

/** `POST /api/keys`. */
export const apiKeyBody = z.object({
  name: z.string().trim().min(1).max(80),
  scope: z.enum(['read', 'manage']),
})

/** The answer of `POST /api/keys`: the only time that the key is shown. */
export const apiKeyCreated = apiKey.extend({ key: z.string() })
