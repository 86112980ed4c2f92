import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { apiKey, apiKeyBody, apiKeyCreated } from '../../contract/account.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { Refused } from '../refusal.ts'
import type { ApiKeyRow } from './api-keys.ts'
import type { Caller } from './caller.ts'
import type { User } from './users.ts'

/** API keys: listed, made and revoked by people, never by programs. */
export function keyRoutes({ accounts }: Installation) {
  const routes = createRoutes()

  const listRoute = createRoute({
    ...open('administer'),
    method: 'get',
    path: '/api/keys',
    summary: 'API keys, without the keys themselves',
    responses: gives('Every key', z.object({ keys: z.array(apiKey) })),
  })
  routes.openapi(listRoute, async (context) =>
    context.json({ keys: (await accounts.keys()).map(toAnswer) }, 200),
  )

  const createKeyRoute = createRoute({
    ...open('administer'),
    method: 'post',
    path: '/api/keys',
    summary: 'Make an API key; the answer is the only time that it is shown',
    request: { body: takes(apiKeyBody) },
    responses: gives('The key', apiKeyCreated),
  })
  routes.openapi(createKeyRoute, async (context) => {
    const { key, row } = await accounts.createKey(personOf(context.get('caller')), context.req.valid('json'))
    return context.json({ ...toAnswer(row), key }, 200)
  })

  const revokeRoute = createRoute({
    ...open('administer'),
    method: 'delete',
    path: '/api/keys/{id}',
    summary: 'Revoke an API key',
    request: { params: z.object({ id: z.string().regex(/^\d{1,20}$/, 'is not the id of a key') }) },
    responses: gives('Revoked', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(revokeRoute, async (context) => {
    const { id } = context.req.valid('param')
    const revoked = await accounts.revokeKey(personOf(context.get('caller')), BigInt(id))
    if (!revoked) throw new Refused('not_found', 'There is no API key with this id. Nothing was changed.')
    return context.json({ ok: true } as const, 200)
  })

  return routes
}

/** The person behind a caller; `open` has let no one else pass. */
export function personOf(caller: Caller): User {
  if (caller.kind === 'anonymous') throw new Error('a route for people was reached without one')
  return caller.user
}

function toAnswer(row: ApiKeyRow) {
  const { name, key_hint, scope } = row
  return {
    id: row.key_id.toString(),
    name,
    key_hint,
    scope,
    created_at: new Date(row.created_at).toISOString(),
  }
}
