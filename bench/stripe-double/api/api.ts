import { bookOf, EVENTS_KEPT_S, type Key, seconds, type World } from '../books/world.ts'
import { lineItemsShape } from '../objects/line-items.ts'
import { accountShape } from '../objects/object-shapes.ts'
import { authenticate, forbid } from './authentication.ts'
import { checkExpand, expandInto } from './expand.ts'
import { parseListQuery, parseRetrieveQuery } from './list-query.ts'
import type { Admission, Caller } from './rate-limit.ts'
import type { Resource } from './resource.ts'
import { resources } from './resources.ts'
import { type Answer, refuse } from './stripe-answers.ts'

const MAX_EVENT_TYPES = 20

export type ApiRequest = { method: string; url: URL; authorization: string | undefined }

/** The answer, and what the request log and the faults want to know about the caller. */
export type ApiOutcome = { answer: Answer; key: string; account: string | undefined; leave: () => void }

/** Answers one call to `/v1/...`: key, then rate limit, then permission, then the objects. */
export function answerApi(
  world: World,
  admit: (caller: Caller) => Admission,
  request: ApiRequest,
): ApiOutcome {
  const identity = authenticate(world, request.authorization)
  if ('refusal' in identity) {
    return { answer: identity.refusal, key: identity.text, account: undefined, leave: () => undefined }
  }
  const { key } = identity
  const route = routeOf(request)
  const caller = { account: key.account.id, livemode: key.livemode, endpoint: route.endpoint }
  const admission = admit(caller)
  const same = { key: key.text, account: key.account.id }
  if ('reason' in admission) {
    return { ...same, answer: refuse.rateLimited(admission.reason), leave: () => undefined }
  }
  return { ...same, answer: route.run(world, key, request), leave: admission.leave }
}

type Route = { endpoint: string; run: (world: World, key: Key, request: ApiRequest) => Answer }

function routeOf({ method, url }: ApiRequest): Route {
  const path = url.pathname
  if (method !== 'GET') return unknown(method, path)
  if (path === '/v1/account') return { endpoint: `GET ${path}`, run: readAccount }
  for (const resource of Object.values(resources)) {
    if (path === resource.path) {
      return {
        endpoint: `GET ${path}`,
        run: (world, key, request) => list(resource, world, { key, request }),
      }
    }
    if (!path.startsWith(`${resource.path}/`)) continue
    const [id, ...rest] = path.slice(resource.path.length + 1).split('/')
    if (!id) break
    const endpoint = `GET ${[resource.path, ':id', ...rest].join('/')}`
    if (rest.length === 0) {
      return { endpoint, run: (world, key, request) => retrieve(resource, world, { key, request, id }) }
    }
    if (resource === resources.plink && rest.join('/') === 'line_items') {
      return { endpoint, run: (_world, key) => lineItems(key, id) }
    }
  }
  return unknown(method, path)
}

function unknown(method: string, path: string): Route {
  return { endpoint: `${method} ?`, run: () => refuse.unknownUrl(method, path) }
}

function readAccount(_world: World, key: Key): Answer {
  const forbidden = forbid(key, ['rak_accounts_kyc_basic_read'])
  return forbidden ?? { status: 200, body: { ...accountShape(key.account) } }
}

type Call = { key: Key; request: ApiRequest }

function retrieve(resource: Resource, world: World, { key, request, id }: Call & { id: string }): Answer {
  const query = parseRetrieveQuery(request.url.searchParams)
  if ('refusal' in query) return query.refusal
  const expansion = checkExpand(resource, query.expand, false)
  if ('refusal' in expansion) return expansion.refusal
  const forbidden = forbid(key, expansion.permissions)
  if (forbidden) return forbidden
  const from = { book: bookOf(key.account, key.livemode), baseUrl: world.baseUrl() }
  const body = resource.read(from.book, id, from.baseUrl)
  const gone = resource === resources.evt && Number(body?.['created']) < oldestEvent(world)
  if (!body || gone) return missing(resource, key, { id, param: paramOf(resource), status: 404 })
  expandInto(body, expansion.paths, from)
  return { status: 200, body }
}

/** Stripe names the parameter after the object in old resources and `session`, `id` elsewhere. */
function paramOf(resource: Resource): string {
  if (resource.object === 'checkout.session') return 'session'
  return resource.object === 'payment_intent' ? 'intent' : 'id'
}

function missing(
  resource: Resource,
  key: Key,
  what: { id: string; param: string; status: 400 | 404 },
): Answer {
  const elsewhere = resource.has(bookOf(key.account, !key.livemode), what.id)
  const mode = key.livemode ? 'test' : 'live'
  return refuse.missing({ ...what, object: resource.object, ...(elsewhere && { elsewhere: mode }) })
}

function list(resource: Resource, world: World, { key, request }: Call): Answer {
  const parsed = parseListQuery(request.url.searchParams, resource)
  if ('refusal' in parsed) return parsed.refusal
  const { query } = parsed
  const expansion = checkExpand(resource, query.expand, true)
  if ('refusal' in expansion) return expansion.refusal
  const forbidden = forbid(key, expansion.permissions) ?? badFilter(resource, query.filters)
  if (forbidden) return forbidden
  const from = { book: bookOf(key.account, key.livemode), baseUrl: world.baseUrl() }
  for (const [param, id] of [
    ['starting_after', query.startingAfter],
    ['ending_before', query.endingBefore],
  ] as const) {
    if (id !== undefined && !resource.has(from.book, id))
      return missing(resource, key, { id, param, status: 400 })
  }
  const oldest = resource === resources.evt ? oldestEvent(world) : query.min
  const page = resource.page(from.book, { ...query, min: Math.max(query.min, oldest) }, from.baseUrl)
  for (const item of page.data) expandInto(item, expansion.paths, from)
  return {
    status: 200,
    body: { object: 'list', data: page.data, has_more: page.hasMore, url: resource.path },
  }
}

function oldestEvent(world: World): number {
  return seconds(world, undefined) - EVENTS_KEPT_S
}

function badFilter(resource: Resource, filters: ReadonlyMap<string, string[]>): Answer | undefined {
  for (const [name, values] of filters) {
    const choices = resource.choices[name]
    if (choices && !values.every((value) => choices.includes(value))) {
      return refuse.badParam(name, `Invalid ${name}: must be one of ${choices.join(', ')}`)
    }
    if (name === 'types' && values.length > MAX_EVENT_TYPES) {
      return refuse.badParam('types', `You may give at most ${MAX_EVENT_TYPES} types.`)
    }
  }
  return undefined
}

function lineItems(key: Key, id: string): Answer {
  const forbidden = forbid(key, [resources.plink.permission])
  if (forbidden) return forbidden
  const link = bookOf(key.account, key.livemode).links.get(id)
  if (!link) return missing(resources.plink, key, { id, param: 'id', status: 404 })
  return { status: 200, body: { ...lineItemsShape(link) } }
}
