import { OpenAPIHono } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import { refusal } from '../contract/errors.ts'
import { type Access, decideAccess } from './account/caller.ts'
import type { DashboardEnv } from './environment.ts'
import { Refused, refuseShape } from './refusal.ts'

/** A set of routes; a body or parameter that does not fit its schema is refused with the fields that are wrong. */
export function createRoutes(): OpenAPIHono<DashboardEnv> {
  return new OpenAPIHono<DashboardEnv>({
    defaultHook: (result) => {
      if (!result.success) throw refuseShape(result.error)
    },
  })
}

/** The part of a route's definition that says who may call it; the document of the API shows it as `x-access`. */
export function open(access: Access) {
  return {
    'x-access': access,
    middleware: createMiddleware<DashboardEnv>(async (context, next) => {
      const decision = decideAccess(access, context.get('caller'))
      if (decision === 'unauthenticated')
        throw new Refused('unauthenticated', 'Log in first, or send an API key as Authorization: Bearer.')
      if (decision === 'forbidden')
        throw new Refused('forbidden', 'Your role or API key does not allow this. Nothing was changed.')
      await next()
    }),
    ...(access === 'anyone' ? {} : { security: [{ login: [] }, { api_key: [] }] }),
  }
}

/** A JSON body that a route takes. */
export function takes<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

/** The answers of a route: one schema, or refusals. */
export function gives<Schema extends z.ZodType>(description: string, schema: Schema) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    '4XX': { description: 'A refusal that says why', content: { 'application/json': { schema: refusal } } },
  }
}
