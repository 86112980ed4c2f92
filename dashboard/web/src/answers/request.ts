import type { z } from 'zod'
import { refusal } from '../../../contract/errors.ts'
import type { Answer, Failure } from './answer.ts'

export type RequestOptions = { body?: unknown; signal?: AbortSignal }

/**
 * Asks the dashboard's API and reads the answer with its schema.
 * @returns the value, or the failure in words that can be shown as they are; it never throws for the network or the server.
 */
export async function request<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  schema: z.ZodType<T>,
  { body, signal }: RequestOptions = {},
): Promise<Answer<T>> {
  let response: Response
  let text: string
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    text = await response.text()
  } catch {
    if (signal?.aborted === true) return failed('aborted', '')
    return failed(
      'unreachable',
      'The server cannot be reached. Check that Revtrail is running, then try again.',
    )
  }
  if (!response.ok) return { ok: false, failure: readRefusal(text, response.status) }
  const parsed = schema.safeParse(readJson(text))
  if (parsed.success) return { ok: true, value: parsed.data }
  return failed('unreadable', 'The server gave an answer that this page does not know. Reload the page.')
}

function readRefusal(text: string, status: number): Failure {
  const parsed = refusal.safeParse(readJson(text))
  if (parsed.success) return { ...parsed.data, fields: parsed.data.fields ?? {} }
  return {
    error: status >= 500 ? 'unavailable' : 'internal',
    message: `The server answered ${status} without saying why. Try again in a moment.`,
    fields: {},
  }
}

function readJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failed(error: Failure['error'], message: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { error, message, fields: {} } }
}
