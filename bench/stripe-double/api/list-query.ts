import { type Answer, refuse } from './stripe-answers.ts'

/** One page of a list, as asked for in the query. Times in seconds, bounds inclusive. */
export type ListQuery = {
  limit: number
  startingAfter: string | undefined
  endingBefore: string | undefined
  min: number
  max: number
  expand: string[]
  /** Values by filter name; `types[]` may hold several. */
  filters: Map<string, string[]>
}

type Allowed = { filters: readonly string[]; hasCreated: boolean }
type Bound = 'min' | 'max'

const createdBounds: Readonly<Record<string, { bound: Bound; shift: number }[]>> = {
  created: [
    { bound: 'min', shift: 0 },
    { bound: 'max', shift: 0 },
  ],
  'created[gte]': [{ bound: 'min', shift: 0 }],
  'created[gt]': [{ bound: 'min', shift: 1 }],
  'created[lte]': [{ bound: 'max', shift: 0 }],
  'created[lt]': [{ bound: 'max', shift: -1 }],
}

/** Reads `expand[]`, `expand[0]` and the like; anything else in a retrieve call is refused. */
export function parseRetrieveQuery(params: URLSearchParams): { expand: string[] } | { refusal: Answer } {
  const expand: string[] = []
  for (const [name, value] of params) {
    if (arrayName(name) !== 'expand') return { refusal: refuse.unknownParam(name) }
    expand.push(value)
  }
  return { expand }
}

/** Reads the query of a list call as strictly as Stripe does: unknown names and bad numbers get a 400. */
export function parseListQuery(
  params: URLSearchParams,
  allowed: Allowed,
): { query: ListQuery } | { refusal: Answer } {
  const query: ListQuery = {
    limit: 10,
    startingAfter: undefined,
    endingBefore: undefined,
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    expand: [],
    filters: new Map(),
  }
  for (const [rawName, value] of params) {
    const refusal = readParam(query, allowed, { name: arrayName(rawName), rawName, value })
    if (refusal) return { refusal }
  }
  if (query.startingAfter !== undefined && query.endingBefore !== undefined) {
    const message = 'You cannot parameterize both starting_after and ending_before. Please choose one.'
    return { refusal: refuse.badParam('ending_before', message) }
  }
  return { query }
}

type Param = { name: string; rawName: string; value: string }

function readParam(query: ListQuery, allowed: Allowed, { name, rawName, value }: Param): Answer | undefined {
  const bounds = allowed.hasCreated ? createdBounds[name] : undefined
  if (bounds) return readCreated(query, bounds, { name, rawName, value })
  if (name === 'limit') return readLimit(query, value)
  if (name === 'starting_after') query.startingAfter = value
  else if (name === 'ending_before') query.endingBefore = value
  else if (name === 'expand') query.expand.push(value)
  else if (allowed.filters.includes(name)) {
    query.filters.set(name, [...(query.filters.get(name) ?? []), value])
  } else return refuse.unknownParam(rawName)
  return undefined
}

function readLimit(query: ListQuery, value: string): Answer | undefined {
  if (!/^-?\d+$/.test(value)) return refuse.badParam('limit', `Invalid integer: ${value}`)
  query.limit = Number(value)
  if (query.limit < 1) {
    return refuse.badParam('limit', 'This value must be greater than or equal to 1.')
  }
  return query.limit > 100
    ? refuse.badParam('limit', 'This value must be less than or equal to 100.')
    : undefined
}

function readCreated(
  query: ListQuery,
  bounds: { bound: Bound; shift: number }[],
  { name, value }: Param,
): Answer | undefined {
  if (!/^\d+$/.test(value)) return refuse.badParam(name, `Invalid integer: ${value}`)
  for (const { bound, shift } of bounds) {
    const limit = Number(value) + shift
    query[bound] = bound === 'min' ? Math.max(query.min, limit) : Math.min(query.max, limit)
  }
  return undefined
}

/** `types[]` and `types[3]` both mean `types`; other names stay, brackets and all. */
function arrayName(name: string): string {
  return /^([a-z_]+)\[\d*\]$/.exec(name)?.[1] ?? name
}
