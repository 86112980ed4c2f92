import type { Fault } from './faults.ts'

/** Kept in memory; older ones go. Enough for a run of 100,000 payments. */
const MOST_ENTRIES = 200_000

type LoggedRequest = {
  /** Unix ms of its arrival, by the double's clock. */
  at: number
  method: string
  path: string
  /** Without the `?`. */
  query: string
  /** The whole key as it was sent (all keys of the double are invented); empty when none was. */
  key: string
  /** The kind of fault that hit it: a 429 without one is a limit that the caller overran. */
  fault: Fault['kind'] | null
  /** Null while it is under way, and for ever when it was left hanging. */
  status: number | null
}

export type RequestLog = {
  /** Every call to `/v1/...`, oldest first; one living array. */
  readonly entries: LoggedRequest[]
  add(entry: LoggedRequest): LoggedRequest
  clear(): void
}

export function createRequestLog(): RequestLog {
  const entries: LoggedRequest[] = []
  return {
    entries,
    add(entry) {
      if (entries.length >= MOST_ENTRIES) entries.splice(0, MOST_ENTRIES / 2)
      entries.push(entry)
      return entry
    },
    clear: () => {
      entries.length = 0
    },
  }
}
