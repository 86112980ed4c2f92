import type { Book } from '../books/world.ts'
import type { Resource } from './resource.ts'
import { resourceOfId } from './resources.ts'
import { type Answer, refuse } from './stripe-answers.ts'

type Json = Record<string, unknown>
type From = { book: Book; baseUrl: string }

/** One step of a path: from an object to the one that a field names, or to a list that is left out unasked. */
type Hop = { field: string; target: Resource; list: boolean }

const MAX_LEVELS = 4
/** Part of the real API but not of the double: asking for them is no fault, they stay out. */
const ignored = new Set(['line_items', 'total_details.breakdown', 'lines', 'discounts', 'payment_method'])

/**
 * Checks `expand[]` against what a resource refers to, and gives the permissions that the referred objects
 * need besides the resource's own. Lists name their fields below `data.`.
 */
export function checkExpand(
  resource: Resource,
  expand: readonly string[],
  list: boolean,
): { paths: Hop[][]; permissions: Set<string> } | { refusal: Answer } {
  const paths: Hop[][] = []
  const permissions = new Set([resource.permission])
  for (const text of expand) {
    const segments = text.split('.')
    if (segments.length > MAX_LEVELS) {
      return { refusal: refuse.badParam('expand', 'You cannot expand more than 4 levels of a property.') }
    }
    const inside = list && segments[0] === 'data' ? segments.slice(1) : segments
    if (ignored.has(inside.join('.'))) continue
    const hops = list && segments[0] !== 'data' ? undefined : hopsFrom(resource, inside)
    if (!hops) return { refusal: refuse.badParam('expand', `This property cannot be expanded (${text}).`) }
    for (const { target } of hops) permissions.add(target.permission)
    paths.push(hops)
  }
  return { paths, permissions }
}

/** The steps of a path, or nothing when one of them leads nowhere. */
function hopsFrom(resource: Resource, segments: readonly string[]): Hop[] | undefined {
  if (segments.length === 0) return []
  const included = resource.includable[segments[0] ?? '']
  if (included) {
    const target = resourceOfId(included.prefix)
    const below = segments[1] === undefined || segments[1] === 'data' ? segments.slice(2) : undefined
    const rest = target && below && hopsFrom(target, below)
    return rest && target && [{ field: segments[0] ?? '', target, list: true }, ...rest]
  }
  for (const [field, prefix] of Object.entries(resource.expandable)) {
    const length = field.split('.').length
    if (segments.slice(0, length).join('.') !== field) continue
    const target = resourceOfId(prefix)
    const rest = target && hopsFrom(target, segments.slice(length))
    return rest && target && [{ field, target, list: false }, ...rest]
  }
  return undefined
}

/** Puts whole objects in the place of ids, along each path. Nulls stay null. */
export function expandInto(object: Json, paths: readonly Hop[][], from: From): void {
  for (const [first, ...rest] of paths) {
    if (!first) continue
    const reached = first.list ? include(object, first, from) : [replace(object, first.field, from)]
    for (const child of reached) if (child) expandInto(child, [rest], from)
  }
}

/** The id in a field, perhaps some levels down, becomes the object that it names. */
function replace(parent: Json, field: string, from: From): Json | undefined {
  const names = field.split('.')
  const last = names.pop() ?? ''
  let holder: unknown = parent
  for (const name of names) holder = isObject(holder) ? holder[name] : undefined
  if (!isObject(holder)) return undefined
  const value = holder[last]
  if (typeof value !== 'string') return isObject(value) ? value : undefined
  const child = resourceOfId(value)?.read(from.book, value, from.baseUrl)
  if (child) holder[last] = child
  return child
}

function include(parent: Json, { field, target }: Hop, from: From): Json[] {
  const { id } = parent
  const known = parent[field]
  if (isObject(known)) return Array.isArray(known['data']) ? known['data'].filter(isObject) : []
  const owner = typeof id === 'string' ? resourceOfId(id)?.includable[field] : undefined
  if (!owner || typeof id !== 'string') return []
  const data = owner.ids(from.book, id).map((one) => target.read(from.book, one, from.baseUrl))
  const found = data.filter((one) => one !== undefined)
  parent[field] = { object: 'list', data: found, has_more: false, url: owner.url(id) }
  return found
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
