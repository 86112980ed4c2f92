import { createRoute } from '@hono/zod-openapi'
import type { z } from 'zod'
import {
  type CalculatorAnswer,
  calculatorAnswer,
  calculatorBody,
  prefill,
  prefillQuery,
} from '../../contract/calculators.ts'
import { calculate, visitorsPerComparedArm } from '../../statistics/calculators/calculator.ts'
import { smallestLift } from '../../statistics/calculators/smallest-lift.ts'
import { multiplierAtPlan } from '../../statistics/methods/testing-mode.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { readGoals } from '../goals/goals.ts'
import { refuseField } from '../refusal.ts'
import { readConnection } from '../revenue/connection.ts'
import { shownMode } from '../revenue/revenue-settings.ts'
import { siteOf, siteParams } from '../site/site-param.ts'
import { readPrefill } from './prefill.ts'

const month = 30

/** How many visitors and days a test needs, and what lift it can see. */
export function calculatorRoutes(installation: Installation) {
  const { now, reader, writer } = installation
  const routes = createRoutes()

  const calculateRoute = createRoute({
    ...open('read'),
    method: 'post',
    path: '/api/calculators',
    summary: 'Sample size, duration and smallest visible lift, for rates and for revenue per visitor',
    request: { body: takes(calculatorBody) },
    responses: gives('The plan', calculatorAnswer),
  })
  routes.openapi(calculateRoute, (context) => context.json(answer(context.req.valid('json')), 200))

  const prefillRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/calculators/prefill',
    summary: 'Visitors, rate and revenue of the last 28 days, to start a calculation from',
    request: { params: siteParams, query: prefillQuery },
    responses: gives('What the site did', prefill),
  })
  routes.openapi(prefillRoute, async (context) => {
    const site = await siteOf(installation, context.req.valid('param').domain)
    const { page = null, goal_id } = context.req.valid('query')
    const goals = goal_id === undefined ? [] : await readGoals(writer, site.site_id)
    const goal = goals.find((each) => each.goal_id === goal_id) ?? null
    if (goal_id !== undefined && goal === null) throw refuseField('goal_id', 'This site has no such goal.')
    const livemode = shownMode(await readConnection(writer, site.site_id))
    return context.json(await readPrefill(reader, { site, page, goal, livemode, now: now() }), 200)
  })

  return routes
}

function answer({ lift, days = month, ...question }: z.output<typeof calculatorBody>): CalculatorAnswer {
  const { baseline, mode, weights, power, daily_visitors } = question
  const demand = { multiplier: multiplierAtPlan(mode, weights.length - 1), power }
  const perArm = (daily_visitors * days) / visitorsPerComparedArm(weights)
  const shown = { smallest_lift: smallestLift(baseline, perArm, demand), smallest_lift_days: days }
  if (lift === undefined) return { of_lift: null, ...shown }
  const planned = calculate({ ...question, lift })
  const { kind } = planned
  if (kind === 'impossible') return { of_lift: { kind, visitors: null, days: null }, ...shown }
  return { of_lift: { kind, visitors: planned.visitors, days: planned.days }, ...shown }
}
