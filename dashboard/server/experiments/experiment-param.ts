import { z } from 'zod'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Installation } from '../environment.ts'
import { Refused } from '../refusal.ts'
import { siteOf, siteParams } from '../site/site-param.ts'
import { type ExperimentRow, readExperiments } from './experiment-rows.ts'

/** The test in a path. */
export const experimentParams = siteParams.extend({
  id: z.string().regex(/^\d{1,9}$/, 'is not the id of a test'),
})

/** The site and the test of these parameters, or a refusal. */
export async function experimentOf(
  installation: Pick<Installation, 'sites' | 'writer'>,
  { domain, id }: z.output<typeof experimentParams>,
): Promise<{ site: Site; row: ExperimentRow }> {
  const site = await siteOf(installation, domain)
  const rows = await readExperiments(installation.writer, site.site_id)
  const row = rows.find(({ experiment_id }) => experiment_id === Number(id))
  if (row === undefined) throw new Refused('not_found', 'This site has no test with this id.')
  return { site, row }
}
