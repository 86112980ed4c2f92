import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Site } from '../../../schema/site/read-sites.ts'
import { live, site as siteAnswer, siteBody, siteList, sitePatch } from '../../contract/sites.ts'
import { personOf } from '../account/key-routes.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { readTestingSites } from '../experiments/testing-sites.ts'
import type { RequestOrigin } from '../public-address.ts'
import { Refused, refuseField } from '../refusal.ts'
import { readLive, readUnknownSite } from './live.ts'
import { noSuchSite, siteOf, siteParams } from './site-param.ts'
import { readSiteVisitors } from './site-visitors.ts'
import type { SiteOutcome } from './sites.ts'
import { describeSite } from './snippet.ts'

/** Sites: listed, made, changed, deleted, and whether their events arrive. */
export function siteRoutes(installation: Installation) {
  const { accounts, config, now, reader, sites, writer } = installation
  const routes = createRoutes()

  const listRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites',
    summary: 'Every site, with its visitors of today and of the last 14 days',
    responses: gives('The sites', siteList),
  })
  routes.openapi(listRoute, async (context) => {
    const all = await sites.list()
    const visitors = await readSiteVisitors(reader, all, now())
    const testing = await readTestingSites(writer)
    const items = all.map((site) => {
      const trend = visitors.get(site.site_id) ?? []
      const options = { config, origin: context.get('origin'), now: now() }
      const described = describeSite(site, { ...options, testing: testing.has(site.site_id) })
      return { ...described, visitors_today: trend.at(-1) ?? 0, trend }
    })
    return context.json({ sites: items }, 200)
  })

  const createSiteRoute = createRoute({
    ...open('manage'),
    method: 'post',
    path: '/api/sites',
    summary: 'Add a site',
    request: { body: takes(siteBody) },
    responses: gives('The site with its snippet', siteAnswer),
  })
  routes.openapi(createSiteRoute, async (context) => {
    const site = accepted(await sites.create(context.req.valid('json')))
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({
      action: 'site_created',
      userId: user_id,
      siteId: site.site_id,
      detail: site.domain,
    })
    return context.json(await described(site, context.get('origin')), 200)
  })

  const readRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}',
    summary: 'A site with its snippet',
    request: { params: siteParams },
    responses: gives('The site', siteAnswer),
  })
  routes.openapi(readRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    return context.json(await described(site, context.get('origin')), 200)
  })

  const changeRoute = createRoute({
    ...open('manage'),
    method: 'patch',
    path: '/api/sites/{domain}',
    summary: 'Change a site; a new time zone counts from the next local midnight',
    request: { params: siteParams, body: takes(sitePatch) },
    responses: gives('The site as it is now', siteAnswer),
  })
  routes.openapi(changeRoute, async (context) => {
    const patch = context.req.valid('json')
    const site = accepted(await sites.update(context.req.valid('param').domain, patch))
    const { user_id } = personOf(context.get('caller'))
    const detail = Object.keys(patch).join(', ')
    await accounts.audit({ action: 'site_changed', userId: user_id, siteId: site.site_id, detail })
    return context.json(await described(site, context.get('origin')), 200)
  })

  const deleteRoute = createRoute({
    ...open('manage'),
    method: 'delete',
    path: '/api/sites/{domain}',
    summary: 'Delete a site, its Stripe key and all its rows',
    request: { params: siteParams },
    responses: gives('Deleted', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(deleteRoute, async (context) => {
    const site = await sites.remove(context.req.valid('param').domain)
    if (!site) throw noSuchSite()
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({ action: 'site_deleted', userId: user_id, detail: site.domain })
    return context.json({ ok: true } as const, 200)
  })

  const liveRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/live',
    summary: 'Whether events of a site arrive, and what was dropped',
    request: { params: siteParams },
    responses: gives('What arrives', live),
  })
  routes.openapi(liveRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const isOwner = personOf(context.get('caller')).role === 'owner'
    const [arrived, unknown_site] = await Promise.all([
      readLive(reader, site, now()),
      isOwner ? readUnknownSite(reader, now()) : null,
    ])
    return context.json({ ...arrived, unknown_site }, 200)
  })

  return routes

  async function described(site: Site, origin: RequestOrigin) {
    const testing = (await readTestingSites(writer)).has(site.site_id)
    return describeSite(site, { config, origin, now: now(), testing })
  }
}

function accepted(outcome: SiteOutcome) {
  if (outcome.ok) return outcome.site
  switch (outcome.reason) {
    case 'domain_taken':
      throw new Refused('conflict', 'A site with this domain exists already. Nothing was changed.', {
        fields: { domain: 'exists already' },
      })
    case 'unknown_timezone':
      throw refuseField('timezone', 'This time zone is not known. Use a name such as Europe/Berlin or UTC.')
    case 'unknown_currency':
      throw refuseField('currency', 'This currency is not known. Use a code such as usd or eur.')
    case 'not_found':
      throw noSuchSite()
  }
}
