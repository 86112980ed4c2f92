import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { DashboardEnv } from '../environment.ts'
import { loginLimits } from './logins.ts'

/** The name of a login's cookie. The prefix makes browsers refuse it from anything but this host over https. */
export function loginCookie(secure: boolean): string {
  return secure ? '__Host-revtrail' : 'revtrail'
}

function deviceCookie(secure: boolean): string {
  return secure ? '__Host-revtrail-device' : 'revtrail-device'
}

const deviceDays = 180

function attributes(secure: boolean) {
  return { httpOnly: true, sameSite: 'Strict', path: '/', secure } as const
}

/** Hands a login to the browser. */
export function setLogin(context: Context<DashboardEnv>, secret: string): void {
  const { secure } = context.get('origin')
  const maxAge = loginLimits.absolute / 1000
  setCookie(context, loginCookie(secure), secret, { ...attributes(secure), maxAge })
}

/** Takes a login from the browser. */
export function clearLogin(context: Context<DashboardEnv>): void {
  const { secure } = context.get('origin')
  deleteCookie(context, loginCookie(secure), attributes(secure))
}

/** Marks the browser as one that has logged in to an account. */
export function setDevice(context: Context<DashboardEnv>, mark: string): void {
  const { secure } = context.get('origin')
  setCookie(context, deviceCookie(secure), mark, { ...attributes(secure), maxAge: deviceDays * 86_400 })
}

/** The mark that a browser brings, if any. */
export function getDevice(context: Context<DashboardEnv>): string | undefined {
  return getCookie(context, deviceCookie(context.get('origin').secure))
}
