import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import {
  experiment,
  experimentBody,
  experimentChanged,
  experimentList,
  experimentPatch,
} from '../../contract/experiments.ts'
import type { AuditAction } from '../account/audit.ts'
import type { Caller } from '../account/caller.ts'
import { personOf } from '../account/key-routes.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { siteOf, siteParams } from '../site/site-param.ts'
import { experimentOf, experimentParams } from './experiment-param.ts'
import { describeExperiment, readExperiments } from './experiment-rows.ts'
import {
  type Act,
  actOnExperiment,
  acts,
  changeExperiment,
  createExperiment,
  deleteExperiment,
  type ExperimentOutcome,
} from './experiments.ts'
import { refuseFault } from './fault.ts'

const actions = {
  start: 'experiment_started',
  pause: 'experiment_paused',
  stop: 'experiment_stopped',
  archive: 'experiment_archived',
} as const satisfies Record<Act, AuditAction>

/** Split tests of a site: listed, made, changed, deleted, started and ended. */
export function experimentRoutes(installation: Installation) {
  const { accounts, writer } = installation
  const routes = createRoutes()

  const listRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/experiments',
    summary: 'The split tests of a site, newest first',
    request: { params: siteParams },
    responses: gives('The tests', experimentList),
  })
  routes.openapi(listRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const rows = await readExperiments(writer, site.site_id)
    return context.json({ experiments: rows.map(describeExperiment) }, 200)
  })

  const createExperimentRoute = createRoute({
    ...open('manage'),
    method: 'post',
    path: '/api/sites/{domain}/experiments',
    summary: 'Draft a split test',
    request: { params: siteParams, body: takes(experimentBody) },
    responses: gives('The draft', experimentChanged),
  })
  routes.openapi(createExperimentRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const outcome = await createExperiment(installation, site, context.req.valid('json'))
    const by = { caller: context.get('caller'), siteId: site.site_id }
    return context.json(await told(outcome, { ...by, action: 'experiment_created' }), 200)
  })

  const readRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/experiments/{id}',
    summary: 'A split test',
    request: { params: experimentParams },
    responses: gives('The test', experiment),
  })
  routes.openapi(readRoute, async (context) => {
    const { row } = await experimentOf(installation, context.req.valid('param'))
    return context.json(describeExperiment(row), 200)
  })

  const changeRoute = createRoute({
    ...open('manage'),
    method: 'patch',
    path: '/api/sites/{domain}/experiments/{id}',
    summary: 'Change a split test; once it has run, a change of what visitors see starts a new phase',
    request: { params: experimentParams, body: takes(experimentPatch) },
    responses: gives('The test as it is now', experimentChanged),
  })
  routes.openapi(changeRoute, async (context) => {
    const { domain, id } = context.req.valid('param')
    const site = await siteOf(installation, domain)
    const patch = context.req.valid('json')
    const outcome = await changeExperiment(installation, site, { id: Number(id), patch })
    const by = { caller: context.get('caller'), siteId: site.site_id }
    return context.json(await told(outcome, { ...by, action: 'experiment_changed' }), 200)
  })

  const deleteRoute = createRoute({
    ...open('manage'),
    method: 'delete',
    path: '/api/sites/{domain}/experiments/{id}',
    summary: 'Delete a split test that does not run',
    request: { params: experimentParams },
    responses: gives('Deleted', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(deleteRoute, async (context) => {
    const { domain, id } = context.req.valid('param')
    const site = await siteOf(installation, domain)
    const outcome = await deleteExperiment(installation, site, Number(id))
    await told(outcome, {
      caller: context.get('caller'),
      siteId: site.site_id,
      action: 'experiment_deleted',
    })
    return context.json({ ok: true } as const, 200)
  })

  for (const act of acts) {
    const actRoute = createRoute({
      ...open('manage'),
      method: 'post',
      path: `/api/sites/{domain}/experiments/{id}/${act}`,
      summary: `${act.slice(0, 1).toUpperCase()}${act.slice(1)} a split test`,
      request: { params: experimentParams },
      responses: gives('The test as it is now', experimentChanged),
    })
    routes.openapi(actRoute, async (context) => {
      const { domain, id } = context.req.valid('param')
      const site = await siteOf(installation, domain)
      const outcome = await actOnExperiment(installation, site, { id: Number(id), act })
      const by = { caller: context.get('caller'), siteId: site.site_id }
      return context.json(await told(outcome, { ...by, action: actions[act] }), 200)
    })
  }

  return routes

  async function told(
    outcome: ExperimentOutcome,
    { caller, siteId, action }: { caller: Caller; siteId: number; action: AuditAction },
  ) {
    if (!outcome.ok) throw refuseFault(outcome.fault)
    const { experiment: row, notice } = outcome
    await accounts.audit({ action, userId: personOf(caller).user_id, siteId, detail: row.name })
    return { experiment: describeExperiment(row), notice }
  }
}
