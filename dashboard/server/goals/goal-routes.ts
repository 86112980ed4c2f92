import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import { goal, goalBody, goalList, goalPatch, goalResults, goalResultsQuery } from '../../contract/goals.ts'
import { personOf } from '../account/key-routes.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { resolveRange } from '../query/date-range.ts'
import { readFirstDay } from '../query/first-day.ts'
import { Refused, refuseField } from '../refusal.ts'
import { readConnection } from '../revenue/connection.ts'
import { shownMode } from '../revenue/revenue-settings.ts'
import { siteOf, siteParams } from '../site/site-param.ts'
import { changeGoal, createGoal, deleteGoal, type GoalOutcome } from './goal-changes.ts'
import { readGoalResults } from './goal-results.ts'
import { type Goal, readGoals } from './goals.ts'

const goalParams = siteParams.extend({ id: z.string().regex(/^\d{1,9}$/, 'is not the id of a goal') })

/** Goals of a site: listed, made, changed, deleted, and how often they were reached. */
export function goalRoutes(installation: Installation) {
  const { accounts, now, reader, writer } = installation
  const routes = createRoutes()

  const listRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/goals',
    summary: 'The goals of a site',
    request: { params: siteParams },
    responses: gives('The goals', goalList),
  })
  routes.openapi(listRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    return context.json({ goals: (await readGoals(writer, site.site_id)).map(toAnswer) }, 200)
  })

  const createGoalRoute = createRoute({
    ...open('manage'),
    method: 'post',
    path: '/api/sites/{domain}/goals',
    summary: 'Add a goal',
    request: { params: siteParams, body: takes(goalBody) },
    responses: gives('The goal', goal),
  })
  routes.openapi(createGoalRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const made = accepted(await createGoal(installation, site, context.req.valid('json')))
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({ action: 'goal_created', userId: user_id, siteId: site.site_id, detail: made.name })
    return context.json(toAnswer(made), 200)
  })

  const changeRoute = createRoute({
    ...open('manage'),
    method: 'patch',
    path: '/api/sites/{domain}/goals/{id}',
    summary: 'Change a goal',
    request: { params: goalParams, body: takes(goalPatch) },
    responses: gives('The goal as it is now', goal),
  })
  routes.openapi(changeRoute, async (context) => {
    const { domain, id } = context.req.valid('param')
    const site = await siteOf(installation, domain)
    const patch = context.req.valid('json')
    const changed = accepted(await changeGoal(installation, site, { goalId: Number(id), patch }))
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({
      action: 'goal_changed',
      userId: user_id,
      siteId: site.site_id,
      detail: changed.name,
    })
    return context.json(toAnswer(changed), 200)
  })

  const deleteRoute = createRoute({
    ...open('manage'),
    method: 'delete',
    path: '/api/sites/{domain}/goals/{id}',
    summary: 'Delete a goal; what was recorded stays',
    request: { params: goalParams },
    responses: gives('Deleted', z.object({ ok: z.literal(true) })),
  })
  routes.openapi(deleteRoute, async (context) => {
    const { domain, id } = context.req.valid('param')
    const site = await siteOf(installation, domain)
    const gone = accepted(await deleteGoal(installation, site, Number(id)))
    const { user_id } = personOf(context.get('caller'))
    await accounts.audit({ action: 'goal_deleted', userId: user_id, siteId: site.site_id, detail: gone.name })
    return context.json({ ok: true } as const, 200)
  })

  const resultsRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/goals/results',
    summary: 'How often each goal was reached, and the revenue of the visits that did',
    request: { params: siteParams, query: goalResultsQuery },
    responses: gives('The goals with their numbers', goalResults),
  })
  routes.openapi(resultsRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const { date_range } = context.req.valid('query')
    const today = localDay(now(), zoneAt(site, now()))
    const first = date_range === 'all' ? await readFirstDay(reader, site.site_id) : null
    const days = resolveRange(date_range, today, first ?? today)
    if (days === null)
      throw refuseField('date_range', `The range ends before it begins; today is ${dayText(today)}.`)
    const livemode = shownMode(await readConnection(writer, site.site_id))
    const goals = await readGoals(writer, site.site_id)
    return context.json(await readGoalResults(reader, { site, goals, days, livemode }), 200)
  })

  return routes
}

function accepted(outcome: GoalOutcome): Goal {
  if (outcome.ok) return outcome.goal
  switch (outcome.reason) {
    case 'not_found':
      throw new Refused('not_found', 'This site has no goal with this id. Nothing was changed.')
    case 'name_taken':
      throw new Refused('conflict', 'A goal with this name exists already. Nothing was changed.', {
        fields: { name: 'exists already' },
      })
    case 'in_use':
      throw new Refused(
        'conflict',
        `The test “${outcome.experiment}” counts this goal and has begun. Make another goal instead; nothing was changed.`,
      )
  }
}

function toAnswer({ goal_id, name, target, created_at }: Goal) {
  return { goal_id, name, target, created_at: new Date(created_at).toISOString() }
}
