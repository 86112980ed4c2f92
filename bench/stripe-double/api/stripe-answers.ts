/** What goes back over HTTP: a status, a JSON body and headers beyond the usual ones. */
export type Answer = {
  status: number
  body: Record<string, unknown>
  headers?: Readonly<Record<string, string>>
}

/** Values of `Stripe-Rate-Limited-Reason` (https://docs.stripe.com/rate-limits). */
export const rateLimitReasons = [
  'global-rate',
  'endpoint-rate',
  'global-concurrency',
  'endpoint-concurrency',
  'resource-specific',
] as const
export type RateLimitReason = (typeof rateLimitReasons)[number]

type ErrorBody = {
  message: string
  type: 'invalid_request_error' | 'api_error'
  code?: string
  param?: string
}

function failure(status: number, error: ErrorBody): Answer {
  const doc = error.code
    ? { doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}` }
    : {}
  return { status, body: { error: { ...error, ...doc } } }
}

function invalid(status: number, message: string, rest: { code?: string; param?: string } = {}): Answer {
  return failure(status, { message, type: 'invalid_request_error', ...rest })
}

/** A key as Stripe's messages show it: kind, stars and the last letters. */
function masked(key: string): string {
  const head = /^[a-z]+_(test|live)_/.exec(key)?.[0] ?? key.slice(0, 3)
  const tail = key.slice(-6)
  return `${head}${'*'.repeat(Math.max(4, key.length - head.length - tail.length))}${tail}`
}

/** Stripe's refusals, worded as the real API words them: the dashboard shows these texts to owners. */
export const refuse = {
  noKey: () =>
    invalid(
      401,
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    ),
  unknownKey: (key: string) => invalid(401, `Invalid API Key provided: ${masked(key)}`),
  revokedKey: (key: string) =>
    invalid(401, `Expired API Key provided: ${masked(key)}`, { code: 'api_key_expired' }),
  publishableKey: () =>
    invalid(
      401,
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      { code: 'secret_key_required' },
    ),
  permission: (key: { text: string; account: { id: string } }, permission: string) =>
    invalid(
      403,
      `The provided key '${masked(key.text)}' does not have the required permissions for this endpoint on account '${key.account.id}'. Having the '${permission}' permission would allow this request to continue.`,
    ),
  unknownUrl: (method: string, path: string) =>
    invalid(
      404,
      `Unrecognized request URL (${method}: ${path}). ${
        path.endsWith('/')
          ? 'If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. '
          : ''
      }Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    ),
  /** `elsewhere` when the other mode of the same account holds the id. */
  missing: (what: {
    object: string
    id: string
    param: string
    status: 400 | 404
    elsewhere?: 'live' | 'test'
  }) => {
    const other = what.elsewhere === 'live' ? 'test' : 'live'
    const hint = what.elsewhere
      ? `; a similar object exists in ${what.elsewhere} mode, but a ${other} mode key was used to make this request.`
      : ''
    return invalid(what.status, `No such ${what.object}: '${what.id}'${hint}`, {
      code: 'resource_missing',
      param: what.param,
    })
  },
  unknownParam: (param: string) =>
    invalid(400, `Received unknown parameter: ${param}`, { code: 'parameter_unknown', param }),
  badParam: (param: string, message: string) => invalid(400, message, { param }),
  rateLimited: (reason: RateLimitReason, headers: Record<string, string> = {}): Answer => ({
    ...invalid(
      429,
      'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      {
        code: 'rate_limit',
      },
    ),
    headers: { 'Stripe-Rate-Limited-Reason': reason, ...headers },
  }),
  lockTimeout: () =>
    invalid(
      429,
      'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.',
      { code: 'lock_timeout' },
    ),
  serverError: (status: number) =>
    failure(status, {
      message: 'An unexpected error occurred while processing the request.',
      type: 'api_error',
    }),
} as const
