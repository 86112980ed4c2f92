import { bodyLimit } from 'hono/body-limit'
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { Caller } from './account/caller.ts'
import { loginCookie } from './account/cookies.ts'
import type { DashboardEnv, Installation } from './environment.ts'
import { Refused } from './refusal.ts'

const maxBodyBytes = 64 * 1024
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Bodies past 64 KiB are refused before they are read whole. */
export const limitBody = bodyLimit({
  maxSize: maxBodyBytes,
  onError: () => {
    throw new Refused('too_large', 'The body is larger than 64 KiB. Nothing was changed.')
  },
})

/** Only JSON bodies: what a form of another site can send without asking is never read. */
export const requireJson = createMiddleware<DashboardEnv>(async ({ req }, next) => {
  const hasBody =
    (req.header('content-length') ?? '0') !== '0' || req.header('transfer-encoding') !== undefined
  const type = req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (!safeMethods.has(req.method) && hasBody && type !== 'application/json')
    throw new Refused('invalid', 'Send the body as Content-Type: application/json. Nothing was changed.')
  await next()
})

/** Finds out who asks: an API key, else a login's cookie, else nobody. A key that is wrong is told, not ignored. */
export function identify({ accounts }: Pick<Installation, 'accounts'>) {
  return createMiddleware<DashboardEnv>(async (context, next) => {
    const authorization = context.req.header('authorization')
    const cookie = getCookie(context, loginCookie(context.get('origin').secure))
    let caller: Caller = { kind: 'anonymous' }
    if (authorization !== undefined) {
      const key = /^Bearer ([\w-]{1,200})$/i.exec(authorization)?.[1]
      if (key !== undefined) caller = await accounts.callerOfKey(key)
      if (caller.kind === 'anonymous')
        throw new Refused('unauthenticated', 'This API key is not known here, or it was revoked.')
    } else if (cookie !== undefined) caller = await accounts.callerOfLogin(cookie)
    context.set('caller', caller)
    await next()
  })
}

/**
 * Refuses requests that change something and that another site's page may have caused. Browsers say where a request
 * comes from in Sec-Fetch-Site, older ones in Origin; a program uses an API key, which no browser sends by itself.
 */
export function refuseCrossSite({ config }: Pick<Installation, 'config'>) {
  return createMiddleware<DashboardEnv>(async (context, next) => {
    const { req } = context
    const site = req.header('sec-fetch-site')
    const own =
      site === undefined ? isOwnOrigin(req.header('origin')) : site === 'same-origin' || site === 'none'
    if (safeMethods.has(req.method) || context.get('caller').kind === 'key' || own) return await next()
    throw new Refused(
      'cross_site',
      'This request does not come from a page of this dashboard. Programs use an API key, or send an Origin header that names this dashboard.',
    )

    function isOwnOrigin(origin: string | undefined): boolean {
      if (origin === undefined || !URL.canParse(origin)) return false
      const { host } = context.get('origin')
      return config.DASHBOARD_URL === undefined
        ? new URL(origin).host === host
        : new URL(origin).origin === new URL(config.DASHBOARD_URL).origin
    }
  })
}
