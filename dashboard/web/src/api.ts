import { z } from 'zod'
import {
  apiKey,
  type apiKeyBody,
  apiKeyCreated,
  type loginBody,
  me,
  type setupBody,
} from '../../contract/account.ts'
import { type QueryBody, queryResult } from '../../contract/query.ts'
import { claimPage, paymentList, type revenueBody, revenueSettings } from '../../contract/revenue.ts'
import { live, site, type siteBody, siteList, type sitePatch } from '../../contract/sites.ts'
import type { Answer } from './answers/answer.ts'
import { type RequestOptions, request } from './answers/request.ts'

// Where being unknown is the question, not the end of a login.
const doors = ['/api/login', '/api/setup']
const keyList = z.object({ keys: z.array(apiKey) })

/**
 * The one door to the dashboard's API: a function per endpoint, each giving a value or a failure in words.
 * @param loggedOut called when an answer says that the login is no longer valid
 */
export function openApi(loggedOut: () => void) {
  const ask = async <T>(
    method: Parameters<typeof request>[0],
    path: string,
    schema: z.ZodType<T>,
    options: RequestOptions = {},
  ): Promise<Answer<T>> => {
    const answer = await request(method, path, schema, options)
    if (!answer.ok && answer.failure.error === 'unauthenticated' && !doors.includes(path)) loggedOut()
    return answer
  }
  const nothing = z.unknown()
  return {
    me: (signal: AbortSignal) => ask('GET', '/api/me', me, { signal }),
    login: (body: z.input<typeof loginBody>) => ask('POST', '/api/login', me, { body }),
    logout: () => ask('POST', '/api/logout', nothing, { body: {} }),
    setup: (body: z.input<typeof setupBody>) => ask('POST', '/api/setup', me, { body }),

    sites: (signal: AbortSignal) => ask('GET', '/api/sites', siteList, { signal }),
    createSite: (body: z.input<typeof siteBody>) => ask('POST', '/api/sites', site, { body }),
    site: (domain: string, signal: AbortSignal) => ask('GET', ofSite(domain), site, { signal }),
    changeSite: (domain: string, body: z.input<typeof sitePatch>) =>
      ask('PATCH', ofSite(domain), site, { body }),
    deleteSite: (domain: string) => ask('DELETE', ofSite(domain), nothing),
    live: (domain: string, signal: AbortSignal) => ask('GET', `${ofSite(domain)}/live`, live, { signal }),

    revenue: (domain: string, signal: AbortSignal) =>
      ask('GET', `${ofSite(domain)}/revenue`, revenueSettings, { signal }),
    connectRevenue: (domain: string, body: z.input<typeof revenueBody>) =>
      ask('PUT', `${ofSite(domain)}/revenue`, nothing, { body }),
    disconnectRevenue: (domain: string) => ask('DELETE', `${ofSite(domain)}/revenue`, nothing),
    claims: (domain: string, filter: { state: string; cursor: string }, signal: AbortSignal) =>
      ask('GET', `${ofSite(domain)}/claims${searchOf(filter)}`, claimPage, { signal }),
    payments: (domain: string, limit: number, signal: AbortSignal) =>
      ask('GET', `${ofSite(domain)}/payments?limit=${limit}`, paymentList, { signal }),

    query: (body: QueryBody, signal: AbortSignal) =>
      ask('POST', '/api/v2/query', queryResult, { body, signal }),

    keys: (signal: AbortSignal) => ask('GET', '/api/keys', keyList, { signal }),
    createKey: (body: z.input<typeof apiKeyBody>) => ask('POST', '/api/keys', apiKeyCreated, { body }),
    deleteKey: (id: string) => ask('DELETE', `/api/keys/${encodeURIComponent(id)}`, nothing),
  }
}

export type Api = ReturnType<typeof openApi>

function ofSite(domain: string): string {
  return `/api/sites/${encodeURIComponent(domain)}`
}

function searchOf(values: Record<string, string>): string {
  const search = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString()
  return search === '' ? '' : `?${search}`
}
