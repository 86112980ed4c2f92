import type { Refusal } from '../../../contract/errors.ts'

/**
 * Why no answer came: a refusal of the API, or one of two that only the browser knows. `aborted` asks for nothing: a
 * newer request took its place. `unreadable` is an answer outside the contract, as after an upgrade under an open tab.
 */
export type Failure = {
  error: Refusal['error'] | 'aborted' | 'unreachable' | 'unreadable'
  message: string
  fields: Record<string, string>
}

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure }
