import { isIP } from 'node:net'
import { z } from 'zod'

const number = (words: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, words)
    .transform(Number)
const port = number('must be a port from 1 to 65535').pipe(
  z
    .int('must be a port from 1 to 65535')
    .min(1, 'must be a port from 1 to 65535')
    .max(65535, 'must be a port from 1 to 65535'),
)
const flag = z.enum(['0', '1']).transform((text) => text === '1')
const origin = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const path = z.string().regex(/^\/[\w\-./]+$/, 'must be a path such as /js/script.js')
const list = z.string().transform((text) => text.split(',').flatMap((part) => part.trim() || []))

const peer = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (!family || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}, 'must be addresses or CIDR blocks, such as 10.0.0.1,10.1.0.0/16')

const stripeRate = number('must be requests per second').pipe(
  z
    .number()
    .positive('must be above 0')
    .max(100, 'must be at most 100, which is what Stripe allows an account'),
)

const rate = z
  .string()
  .regex(/^\d+(\/\d+)?$/, 'must be PER_SECOND or PER_SECOND/BURST, such as 50/200, or 0 for no limit')
  .transform((text) => {
    const [perSecond = 0, burst] = text.split('/').map(Number)
    return { perSecond, burst: burst ?? perSecond * 4 }
  })
  .refine(({ perSecond, burst }) => perSecond === 0 || burst >= 1, 'must have a burst of at least 1')

/** Every variable that Revtrail reads, as text from the environment. README: Configuration. */
const environment = z.object({
  DASHBOARD_PORT: port.default(8000),
  COLLECTOR_PORT: port.default(8001),
  VERIFIER_PORT: port.default(8002),
  ENGINE_PORT: port.default(8123),
  HOST: z.string().min(1).default('0.0.0.0'),
  COLLECTOR_URL: origin.optional(),
  DASHBOARD_URL: origin.optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  CLICKHOUSE_URL: origin.optional(),
  CLICKHOUSE_USER: z.string().min(1).optional(),
  CLICKHOUSE_PASSWORD: z.string().optional(),
  CLICKHOUSE_READER_USER: z.string().min(1).optional(),
  CLICKHOUSE_READER_PASSWORD: z.string().optional(),
  CLICKHOUSE_DATABASE: z.string().regex(/^\w+$/, 'must be letters, digits and _').default('revtrail'),
  CLICKHOUSE_CLUSTER: z
    .string()
    .max(0, 'is not supported yet: leave it unset, and point CLICKHOUSE_URL at one server')
    .optional(),
  MASTER_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits (32 random bytes)')
    .optional(),
  MASTER_KEY_FILE: z.string().min(1).optional(),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z
    .string()
    .min(10, 'must have at least 10 characters')
    .refine((text) => Buffer.byteLength(text) <= 256, 'must have at most 256 bytes')
    .optional(),
  STRIPE_API_BASE: origin.default('https://api.stripe.com'),
  ALLOW_STRIPE_DOUBLE: flag.default(false),
  STRIPE_RATE_LIVE: stripeRate.default(20),
  STRIPE_RATE_TEST: stripeRate.default(5),
  TRUSTED_PROXIES: list.pipe(z.array(peer)).default([]),
  CLIENT_IP_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .transform((text) => text.toLowerCase())
    .default('x-forwarded-for'),
  SCRIPT_PATH: path.default('/js/script.js'),
  EVENT_PATH: path.default('/api/event'),
  GEOIP_DB: z.string().min(1).optional(),
  JOURNAL_MAX_BYTES: number('must be a number of bytes')
    .pipe(z.int().min(16 * 2 ** 20, 'must be at least 16777216 bytes (16 MiB)'))
    .default(10 * 2 ** 30),
  RATE_IP: rate.default({ perSecond: 50, burst: 200 }),
  RATE_SITE: rate.default({ perSecond: 0, burst: 0 }),
  SUPPORT_CONTACT: z.string().max(200).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

type Needs = { masterKey: boolean }

/** Faults that lie between variables. */
const checkedFor = ({ masterKey }: Needs) =>
  environment.superRefine((env, context) => {
    const fault = (name: keyof typeof env, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (env.STRIPE_API_BASE !== 'https://api.stripe.com' && !env.ALLOW_STRIPE_DOUBLE)
      fault(
        'STRIPE_API_BASE',
        'is not Stripe: owners would send their keys there. Set ALLOW_STRIPE_DOUBLE=1 to use a stand-in.',
      )
    if (masterKey && env.CLICKHOUSE_URL && !env.MASTER_KEY && !env.MASTER_KEY_FILE)
      fault(
        'MASTER_KEY',
        'is required with CLICKHOUSE_URL, because several machines must share it (or MASTER_KEY_FILE).',
      )
    for (const name of ['CLICKHOUSE_USER', 'CLICKHOUSE_READER_USER'] as const)
      if (env.CLICKHOUSE_URL && !env[name])
        fault(name, 'is required with CLICKHOUSE_URL: one user that writes and one that can only read.')
    if (env.MASTER_KEY && env.MASTER_KEY_FILE)
      fault('MASTER_KEY_FILE', 'and MASTER_KEY are both set: keep one.')
    if (Boolean(env.ADMIN_EMAIL) !== Boolean(env.ADMIN_PASSWORD))
      fault(env.ADMIN_EMAIL ? 'ADMIN_PASSWORD' : 'ADMIN_EMAIL', 'is missing: both or neither must be set.')
    const paths = ['/health', '/ready']
    for (const name of ['SCRIPT_PATH', 'EVENT_PATH'] as const) {
      if (paths.includes(env[name]))
        fault(name, `is ${env[name]}, where the collector serves something else.`)
      paths.push(env[name])
    }
    const ports = new Map<number, string>()
    for (const name of ['DASHBOARD_PORT', 'COLLECTOR_PORT', 'VERIFIER_PORT', 'ENGINE_PORT'] as const) {
      const other = ports.get(env[name])
      if (other) fault(name, `is ${env[name]}, the same as ${other}.`)
      ports.set(env[name], name)
    }
  })

/** The configuration of one installation. Ports are TCP ports, sizes are bytes, rates are per second. */
export type Config = z.infer<typeof environment>

/** Either a configuration, or every fault of the environment as a line `NAME what is wrong with it`. */
export type ConfigResult = { ok: true; config: Config } | { ok: false; faults: string[] }

/**
 * Parses the environment. An empty variable counts as unset, as in Compose files and systemd units.
 *
 * @param env the process environment
 * @param needs a process that never opens a Stripe key needs no master key, and is not given one
 * @returns the configuration, or one line for each variable that is wrong
 */
export function parseConfig(
  env: Record<string, string | undefined>,
  needs: Needs = { masterKey: true },
): ConfigResult {
  const checked = checkedFor(needs)
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const shape = environment.safeParse(present)
  const result = shape.success ? checked.safeParse(present) : shape
  if (result.success) return { ok: true, config: result.data }
  const wrong = new Set(result.error.issues.map(({ path: [name] }) => String(name)))
  const faults = [
    ...result.error.issues,
    ...(shape.success ? [] : faultsOfRest(checked, present, wrong)),
  ].map(({ path: [name], message }) => `${String(name)} ${message}`)
  return { ok: false, faults: [...new Set(faults)] }
}

/** What is wrong among the variables that are well by themselves, without what follows only from a wrong one. */
function faultsOfRest(
  checked: ReturnType<typeof checkedFor>,
  present: Record<string, string | undefined>,
  wrong: ReadonlySet<string>,
) {
  const rest = Object.fromEntries(Object.entries(present).filter(([name]) => !wrong.has(name)))
  const issues = checked.safeParse(rest).error?.issues ?? []
  return issues.filter(
    ({ path: [name], message }) =>
      !wrong.has(String(name)) && ![...wrong].some((other) => message.includes(other)),
  )
}
