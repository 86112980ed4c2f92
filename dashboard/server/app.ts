import { fileURLToPath } from 'node:url'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createClientAddresses } from '../../schema/process/client-address.ts'
import { probeAnswer, type Readiness } from '../../schema/process/probes.ts'
import { accountRoutes } from './account/account-routes.ts'
import { keyRoutes } from './account/key-routes.ts'
import { loginRoutes } from './account/login-routes.ts'
import { createRoutes } from './api-route.ts'
import type { DashboardEnv, Installation } from './environment.ts'
import { calculatorRoutes } from './experiments/calculator-routes.ts'
import { experimentRoutes } from './experiments/experiment-routes.ts'
import { resultRoutes } from './experiments/result-routes.ts'
import { goalRoutes } from './goals/goal-routes.ts'
import { requestOrigin } from './public-address.ts'
import { queryRoutes } from './query/query-routes.ts'
import { answerError, Refused } from './refusal.ts'
import { identify, limitBody, refuseCrossSite, requireJson } from './request-guard.ts'
import { revenueRoutes } from './revenue/revenue-routes.ts'
import { securityHeaders } from './security-headers.ts'
import { siteRoutes } from './site/site-routes.ts'
import { webApp } from './web-app.ts'

const builtWebApp = fileURLToPath(new URL('../web/dist/', import.meta.url))

/** Every address that the dashboard answers: probes, the API under `/api`, and the web app for the rest. */
export function createApp(installation: Installation, webFolder = builtWebApp): OpenAPIHono<DashboardEnv> {
  const { config, log } = installation
  const clients = createClientAddresses({
    trustedProxies: config.TRUSTED_PROXIES,
    header: config.CLIENT_IP_HEADER,
  })
  const app = createRoutes()
  app.onError((error, context) => answerError(error, context, log))
  app.use(securityHeaders)
  for (const path of ['/health', '/ready'])
    app.get(path, async () => {
      const readiness: Readiness = path === '/ready' ? await readReadiness(installation) : { ready: true }
      const { status = 404, body = '' } = probeAnswer(path, () => readiness) ?? {}
      return new Response(body, { status, headers: { 'Content-Type': 'application/json' } })
    })

  app.use('/api/*', async (context, next) => {
    context.header('Cache-Control', 'no-store')
    context.set('origin', requestOrigin(context, config, clients))
    await next()
  })
  app.use('/api/*', identify(installation), refuseCrossSite(installation), requireJson, limitBody)
  app.route('/', accountRoutes(installation))
  app.route('/', loginRoutes(installation))
  app.route('/', keyRoutes(installation))
  app.route('/', siteRoutes(installation))
  app.route('/', revenueRoutes(installation))
  app.route('/', queryRoutes(installation))
  app.route('/', goalRoutes(installation))
  app.route('/', experimentRoutes(installation))
  app.route('/', resultRoutes(installation))
  app.route('/', calculatorRoutes(installation))
  describeApi(app)
  app.all('/api/*', () => {
    throw new Refused('not_found', 'The API has no such address; it is described in /api/openapi.json.')
  })
  app.route('/', webApp(webFolder))
  return app
}

function describeApi(app: OpenAPIHono<DashboardEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'login', {
    type: 'apiKey',
    in: 'cookie',
    name: 'revtrail',
    description: 'A login; `__Host-revtrail` over https.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'api_key', { type: 'http', scheme: 'bearer' })
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Revtrail',
      version: '1',
      description:
        'Web analytics with revenue. Money is in minor units with a currency; times are ISO 8601. `x-access` says who may call a route.',
    },
  })
}

async function readReadiness({ reader }: Installation): Promise<Readiness> {
  const answer = await reader.ping({ select: true })
  return answer.success ? { ready: true } : { ready: false, why: 'ClickHouse does not answer.' }
}
