import { ClickHouseError } from '@clickhouse/client'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Refusal } from '../contract/errors.ts'

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  too_large: 413,
  cross_site: 403,
  key_rejected: 422,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<Refusal['error'], number>

type Details = { fields?: Record<string, string>; retryAfterSeconds?: number }

/** An answer that refuses, thrown by a route and told once, in `answerError`. */
export class Refused extends Error {
  readonly code: Refusal['error']
  readonly details: Details

  constructor(code: Refusal['error'], message: string, details: Details = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** A refusal that names what is wrong with one field of the request. */
export function refuseField(field: string, message: string): Refused {
  return new Refused('invalid', message, { fields: { [field]: message } })
}

/** What a body or a parameter that does not fit its schema is answered with: every field that is wrong. */
export function refuseShape(error: z.ZodError): Refused {
  const fields: Record<string, string> = {}
  for (const issue of error.issues) {
    const path = issue.path.map(String).join('.') || 'body'
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        fields[[...issue.path.map(String), key].join('.')] ??= 'There is no such field.'
      continue
    }
    fields[path] ??= issue.message
  }
  // What is wrong with the whole is told when nothing more exact is.
  if (Object.keys(fields).length > 1) delete fields['body']
  const told = Object.entries(fields).map(([path, message]) => `${path}: ${message}`)
  return new Refused('invalid', `Nothing was changed. ${told.join('; ')}`, { fields })
}

// Codes of ClickHouse: TIMEOUT_EXCEEDED, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS, TOO_SLOW, TOO_MANY_BYTES, and
// TOO_MANY_ROWS_OR_BYTES of a result.
const overLimit = new Set(['159', '241', '158', '160', '307', '396'])
const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])

// NOT_ENOUGH_SPACE before a part is begun; a write that fails in the middle only names the fault of the system.
function isDiskFull(error: ClickHouseError): boolean {
  return error.code === '243' || /No space left on device|Disk quota exceeded/i.test(error.message)
}

function isUnreachable(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string' && unreachable.has(error.code)) return true
  return /timeout error|socket hang up/i.test(error.message)
}

function asRefused(error: unknown, log: Logger): Refused {
  if (error instanceof Refused) return error
  if (error instanceof HTTPException && error.status < 500)
    return new Refused('invalid', 'The body is not JSON that can be read. Nothing was changed.')
  if (error instanceof ClickHouseError && overLimit.has(error.code))
    return new Refused(
      'too_large',
      'This question needs more work than one question may take. Ask for a shorter range, fewer dimensions or fewer rows.',
    )
  log.error({ err: error }, 'a request failed')
  if (error instanceof ClickHouseError && isDiskFull(error))
    return new Refused(
      'unavailable',
      'The disk of the database is full. What was stored before is kept, and new visits wait in the journal of the collector while that has room; this was not stored. Make room on the disk of DATA_DIR (or of ClickHouse), then try again.',
      { retryAfterSeconds: 60 },
    )
  if (error instanceof Error && isUnreachable(error))
    return new Refused(
      'unavailable',
      'The database does not answer at the moment. Try again in a few seconds.',
      {
        retryAfterSeconds: 5,
      },
    )
  return new Refused('internal', 'Something went wrong here; it is in the log of the dashboard. Try again.')
}

/** The one place where refusals and faults become HTTP. Faults are logged; their text stays here. */
export function answerError(error: unknown, context: Context, log: Logger): Response {
  const { code, message, details } = asRefused(error, log)
  const { fields, retryAfterSeconds } = details
  if (retryAfterSeconds !== undefined) context.header('Retry-After', String(retryAfterSeconds))
  if (code === 'unauthenticated') context.header('WWW-Authenticate', 'Bearer')
  const body: Refusal = { error: code, message, ...(fields && { fields }) }
  return context.json(body, statuses[code])
}
