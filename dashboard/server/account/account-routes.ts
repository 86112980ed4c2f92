import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { addressKey } from '../../../schema/process/client-address.ts'
import { loginBody, type Me, me, setupBody } from '../../contract/account.ts'
import { createRoutes, gives, open, takes } from '../api-route.ts'
import type { DashboardEnv, Installation } from '../environment.ts'
import { collectorOrigin } from '../public-address.ts'
import { Refused } from '../refusal.ts'
import type { Caller } from './caller.ts'
import { clearLogin, getDevice, setDevice, setLogin } from './cookies.ts'
import type { TokenAnswer } from './setup-token.ts'
import type { User } from './users.ts'

const done = z.object({ ok: z.literal(true) })

const tokenRefusals = {
  wrong: ['unauthenticated', 'This setup link is not the one of this installation.'],
  expired: ['unauthenticated', 'This setup link is older than 60 minutes.'],
  used: ['conflict', 'This setup link was used already. Log in instead.'],
} as const satisfies Record<Exclude<TokenAnswer, 'taken'>, readonly [string, string]>

const newLink = 'Restart Revtrail: it prints a new link and writes it to DATA_DIR/setup-token.'

/** Setup, login, logout, and who am I. */
export function accountRoutes(installation: Installation) {
  const { accounts, config } = installation
  const routes = createRoutes()

  const meRoute = createRoute({
    ...open('anyone'),
    method: 'get',
    path: '/api/me',
    summary: 'Who is logged in, and what this installation is like',
    responses: gives('The caller and the installation', me),
  })
  routes.openapi(meRoute, async (context) =>
    context.json(await describe(context.get('caller'), context), 200),
  )

  const setupRoute = createRoute({
    ...open('anyone'),
    method: 'post',
    path: '/api/setup',
    summary: 'Make the first owner, with the one-time token of the setup link',
    request: { body: takes(setupBody) },
    responses: gives('The owner, logged in', me),
  })
  routes.openapi(setupRoute, async (context) => {
    const { token, email, password } = context.req.valid('json')
    if (!(await accounts.isFirstRun()))
      throw new Refused('conflict', 'This installation has an owner already. Log in instead.')
    const answer = accounts.setupToken.take(token)
    if (answer !== 'taken') {
      const [code, message] = tokenRefusals[answer]
      throw new Refused(code, `${message}${answer === 'used' ? '' : ` ${newLink}`}`)
    }
    const owner = await accounts.createFirstOwner(email, password).catch((error: unknown) => {
      accounts.setupToken.giveBack()
      throw error
    })
    if (!owner) throw new Refused('conflict', 'This installation has an owner already. Log in instead.')
    accounts.setupToken.remove()
    return context.json(await beginLogin(owner, context), 200)
  })

  const loginRoute = createRoute({
    ...open('anyone'),
    method: 'post',
    path: '/api/login',
    summary: 'Log in; the answer sets a cookie',
    request: { body: takes(loginBody) },
    responses: gives('The user, logged in', me),
  })
  routes.openapi(loginRoute, async (context) => {
    const body = context.req.valid('json')
    const email = body.email.trim().toLowerCase()
    const device = accounts.devices.read(getDevice(context), email)
    const guesser = { address: addressKey(context.get('origin').address), account: email, device }
    const user = (await accounts.users()).find((each) => each.email === email)
    const about = user ? { userId: user.user_id } : {}
    const allowed = accounts.guesses.begin(guesser)
    if (!allowed.allowed) {
      if (allowed.first) await accounts.audit({ action: 'login_limited', ...about })
      const seconds = Math.ceil(allowed.waitMs / 1000)
      throw new Refused('rate_limited', `Too many tries. Wait ${inWords(seconds)}, then try again.`, {
        retryAfterSeconds: seconds,
      })
    }
    const matches = await accounts.passwords.matches(user?.password_hash ?? null, body.password)
    if (!user || !matches) {
      await accounts.audit({ action: 'login_failed', ...about })
      throw new Refused('unauthenticated', 'The e-mail address or the password is wrong.')
    }
    accounts.guesses.succeeded(guesser)
    await accounts.audit({ action: 'logged_in', userId: user.user_id })
    return context.json(await beginLogin(user, context), 200)
  })

  const logoutRoute = createRoute({
    ...open('signed_in'),
    method: 'post',
    path: '/api/logout',
    summary: 'Log out: the cookie is worth nothing afterwards',
    responses: gives('Logged out', done),
  })
  routes.openapi(logoutRoute, async (context) => {
    const caller = context.get('caller')
    if (caller.kind === 'login') {
      await accounts.logins.end(caller.secret)
      await accounts.audit({ action: 'logged_out', userId: caller.user.user_id })
    }
    clearLogin(context)
    return context.json({ ok: true } as const, 200)
  })

  // A login that the browser brought ends: an id that someone planted is never the one that is logged in.
  async function beginLogin(user: User, context: Context<DashboardEnv>): Promise<Me> {
    const before = context.get('caller')
    if (before.kind === 'login') await accounts.logins.end(before.secret)
    const secret = await accounts.logins.begin(user.user_id)
    setLogin(context, secret)
    setDevice(context, accounts.devices.mark(user.email))
    return await describe({ kind: 'login', user, secret }, context)
  }

  async function describe(caller: Caller, context: Context<DashboardEnv>): Promise<Me> {
    const user = caller.kind === 'anonymous' ? null : { email: caller.user.email, role: caller.user.role }
    return {
      first_run: await accounts.isFirstRun(),
      user,
      installation: {
        collector_url: collectorOrigin(config, context.get('origin')),
        script_path: config.SCRIPT_PATH,
        support_contact: user === null ? null : (config.SUPPORT_CONTACT ?? null),
        stripe_double: config.STRIPE_API_BASE === 'https://api.stripe.com' ? null : config.STRIPE_API_BASE,
        geo_attribution: { text: 'IP Geolocation by DB-IP', url: 'https://db-ip.com' },
      },
    }
  }

  return routes
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
