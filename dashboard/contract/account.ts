import { z } from 'zod'

/** A password has at most this many bytes in UTF-8: a Cyrillic letter has two, most emoji have four. */
export const passwordBytes = 256

const password = z
  .string()
  .refine(
    (text) => new TextEncoder().encode(text).length <= passwordBytes,
    `Use at most ${passwordBytes} bytes: that many plain letters, or half as many accented ones.`,
  )

/** `POST /api/login`. */
export const loginBody = z.strictObject({ email: z.email().max(254), password: password.min(1) })

/** `POST /api/setup`: makes the first owner. `token` is the one-time token of the setup link, valid for 60 minutes. */
export const setupBody = z.strictObject({
  token: z.string().min(1).max(200),
  email: z.email().max(254),
  password: password.min(10, 'Use at least 10 characters.'),
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

/** `GET /api/logins`: where the caller is logged in, the latest use first. `current` is the login that asks. */
export const login = z.object({
  id: z.string(),
  created_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  current: z.boolean(),
})
export const loginList = z.object({ logins: z.array(login) })

/** `GET /api/keys`: API keys, never the key itself. */
export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  key_hint: z.string(),
  scope: z.enum(['read', 'manage']),
  created_at: z.iso.datetime(),
})

/** `POST /api/keys`. */
export const apiKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(80),
  scope: z.enum(['read', 'manage']),
})

/** The answer of `POST /api/keys`: the only time that the key is shown. */
export const apiKeyCreated = apiKey.extend({ key: z.string() })
