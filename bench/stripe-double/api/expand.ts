import type { Book } from '../books/world.ts'
import { type Resource, resourceOfId } from './resources.ts'
import { type Answer, refuse } from './stripe-answers.ts'

type Json = Record<string, unknown>

const MAX_LEVELS = 4
/** Part of the real API but not of the double: asking for them is no fault, they stay out. */
const ignored = new Set(['line_items', 'customer', 'total_details.breakdown'])

/**
 * Checks `expand[]` against what a resource refers to, and gives the permissions that the referred objects
 * need besides the resource's own. Lists name their fields below `data.`.
 */
export function checkExpand(
  resource: Resource,
  expand: readonly string[],
  list: boolean,
): { paths: string[][]; permissions: Set<string> } | { refusal: Answer } {
  const paths: string[][] = []
  const permissions = new Set([resource.permission])
  for (const text of expand) {
    const segments = text.split('.')
    if (segments.length > MAX_LEVELS) {
      return { refusal: refuse.badParam('expand', 'You cannot expand more than 4 levels of a property.') }
    }
    const inside = list && segments[0] === 'data' ? segments.slice(1) : segments
    if (ignored.has(inside.join('.'))) continue
    const needed = list && segments[0] !== 'data' ? undefined : permissionsOn(resource, inside)
    if (!needed) return { refusal: refuse.badParam('expand', `This property cannot be expanded (${text}).`) }
    for (const permission of needed) permissions.add(permission)
    paths.push(inside)
  }
  return { paths, permissions }
}

function permissionsOn(resource: Resource, segments: readonly string[]): string[] | undefined {
  const needed: string[] = []
  let current = resource
  for (const segment of segments) {
    const target = resourceOfId(current.expandable[segment] ?? '')
    if (!target) return undefined
    needed.push(target.permission)
    current = target
  }
  return needed
}

/** Puts whole objects in the place of ids, along each path. Nulls stay null. */
export function expandInto(object: Json, paths: readonly string[][], from: { book: Book; baseUrl: string }) {
  for (const path of paths) {
    let current: Json | undefined = object
    for (const field of path) current = current && step(current, field, from)
  }
}

function step(parent: Json, field: string, from: { book: Book; baseUrl: string }): Json | undefined {
  const value = parent[field]
  if (typeof value === 'string') {
    const child = resourceOfId(value)?.read(from.book, value, from.baseUrl)
    if (child) parent[field] = child
    return child
  }
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
