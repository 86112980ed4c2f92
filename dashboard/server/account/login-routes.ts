import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { loginList } from '../../contract/account.ts'
import { createRoutes, gives, open } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { Refused } from '../refusal.ts'
import type { Caller } from './caller.ts'
import { clearLogin } from './cookies.ts'

/** Where a person is logged in, and the end of a login that they do not know; only their own. */
export function loginRoutes({ accounts }: Installation) {
  const routes = createRoutes()

  const listRoute = createRoute({
    ...open('signed_in'),
    method: 'get',
    path: '/api/logins',
    summary: 'Your logins, the latest use first; the one that asks is marked',
    responses: gives('Your logins', loginList),
  })
  routes.openapi(listRoute, async (context) => {
    const { user, secret } = loginOf(context.get('caller'))
    const logins = (await accounts.logins.list(user.user_id, secret)).map((each) => ({
      ...each,
      created_at: new Date(each.created_at).toISOString(),
      last_seen_at: new Date(each.last_seen_at).toISOString(),
    }))
    return context.json({ logins }, 200)
  })

  const endRoute = createRoute({
    ...open('signed_in'),
    method: 'delete',
    path: '/api/logins/{id}',
    summary: 'End one of your logins: its cookie is worth nothing afterwards',
    request: { params: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/, 'is not the id of a login') }) },
    responses: gives('Ended', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(endRoute, async (context) => {
    const { user, secret } = loginOf(context.get('caller'))
    const { id } = context.req.valid('param')
    const known = await accounts.logins.list(user.user_id, secret)
    if (!(await accounts.logins.endOne(user.user_id, id)))
      throw new Refused('not_found', 'You have no login with this id. Nothing was changed.')
    await accounts.audit({ action: 'login_ended', userId: user.user_id })
    if (known.some((each) => each.id === id && each.current)) clearLogin(context)
    return context.json({ ok: true } as const, 200)
  })

  return routes
}

function loginOf(caller: Caller): Extract<Caller, { kind: 'login' }> {
  if (caller.kind !== 'login') throw new Error('a route for logins was reached without one')
  return caller
}
