import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { claimPage, paymentList, revenueBody, revenueSettings } from '../../contract/revenue.ts'
import { personOf } from '../account/key-routes.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { Refused, refuseField } from '../refusal.ts'
import { siteOf, siteParams } from '../site/site-param.ts'
import { shownState } from './claim-counts.ts'
import { readClaims, readCursor } from './claims.ts'
import { readConnection } from './connection.ts'
import { removeConnection, saveConnection } from './connection-change.ts'
import { testKey } from './key-test.ts'
import { readPayments } from './payments.ts'
import { readRevenueSettings, shownMode } from './revenue-settings.ts'
import { readKeyShape } from './stripe-key.ts'

/** A site's connection to Stripe, what became of its claims, and its payments. */
export function revenueRoutes(installation: Installation) {
  const { accounts, config, reader, writer } = installation
  const routes = createRoutes()

  const readRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/revenue',
    summary: 'How the site is connected to Stripe, and what stands in the way of revenue',
    request: { params: siteParams },
    responses: gives('The connection and the diagnosis', revenueSettings),
  })
  routes.openapi(readRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    return context.json(await readRevenueSettings(installation, site), 200)
  })

  const connectRoute = createRoute({
    ...open('manage'),
    method: 'put',
    path: '/api/sites/{domain}/revenue',
    summary: 'Test a Stripe key and save it encrypted',
    request: { params: siteParams, body: takes(revenueBody) },
    responses: gives('The connection and the diagnosis', revenueSettings),
  })
  routes.openapi(connectRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const { secret_key: key } = context.req.valid('json')
    const before = await readConnection(writer, site.site_id)
    const kept =
      before === null || before.deleted ? 'Nothing was saved.' : 'The key saved before stays in use.'
    const shape = readKeyShape(key)
    if (!shape.ok) throw refuseField('secret_key', `${shape.message} ${kept}`)
    const { user_id } = personOf(context.get('caller'))
    const about = { userId: user_id, siteId: site.site_id, detail: shape.hint }
    const test = await testKey(key, config.STRIPE_API_BASE)
    if (!test.ok) {
      await accounts.audit({ action: 'revenue_refused', ...about })
      const code = test.reason === 'unreachable' ? 'unavailable' : 'key_rejected'
      throw new Refused(code, `${test.message} ${kept}`, { fields: { secret_key: test.message } })
    }
    const { hint, livemode } = shape
    const saved = { siteId: site.site_id, key, hint, livemode, accountId: test.accountId }
    await saveConnection(installation, saved)
    await accounts.audit({ action: 'revenue_connected', ...about })
    return context.json(await readRevenueSettings(installation, site), 200)
  })

  const disconnectRoute = createRoute({
    ...open('manage'),
    method: 'delete',
    path: '/api/sites/{domain}/revenue',
    summary: 'Remove the Stripe key; payments counted so far stay',
    request: { params: siteParams },
    responses: gives('Removed', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(disconnectRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const removed = await removeConnection(installation, site.site_id)
    if (!removed) throw new Refused('not_found', 'This site has no Stripe key. Nothing was changed.')
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({ action: 'revenue_disconnected', userId: user_id, siteId: site.site_id })
    return context.json({ ok: true } as const, 200)
  })

  const claimsRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/claims',
    summary: 'What became of each claimed Checkout Session, newest first, 100 a page',
    request: {
      params: siteParams,
      // An empty value is what a form sends for a filter that was not chosen.
      query: z.object({
        state: z.union([shownState, z.literal('')]).optional(),
        cursor: z.string().max(400).optional(),
      }),
    },
    responses: gives('A page of claims', claimPage),
  })
  routes.openapi(claimsRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const { state: asked, cursor: text } = context.req.valid('query')
    const state = asked || null
    const cursor = text ? readCursor(text) : null
    if (text && cursor === null) throw refuseField('cursor', 'This is not a next_cursor of an earlier page.')
    const connection = await readConnection(writer, site.site_id)
    const connected = connection !== null && !connection.deleted
    const wanted = { siteId: site.site_id, state, cursor, connected }
    return context.json(await readClaims(reader, wanted), 200)
  })

  const paymentsRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/payments',
    summary: 'The latest payments with what earned them',
    request: {
      params: siteParams,
      query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) }),
    },
    responses: gives('Payments, newest first', paymentList),
  })
  routes.openapi(paymentsRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const { limit } = context.req.valid('query')
    const livemode = shownMode(await readConnection(writer, site.site_id))
    const payments = await readPayments(reader, { siteId: site.site_id, livemode, limit })
    return context.json({ payments, test: !livemode }, 200)
  })

  return routes
}
