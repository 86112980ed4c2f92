import { z } from 'zod'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Installation } from '../environment.ts'
import { Refused } from '../refusal.ts'

/** The site in a path. */
export const siteParams = z.object({ domain: z.string().trim().toLowerCase().min(1).max(260) })

/** What a request about a site that does not exist is answered with. */
export function noSuchSite(): Refused {
  return new Refused('not_found', 'There is no site with this domain here.')
}

/** The site of this domain, or a refusal. */
export async function siteOf({ sites }: Pick<Installation, 'sites'>, domain: string): Promise<Site> {
  const site = await sites.find(domain)
  if (!site) throw noSuchSite()
  return site
}
