import { createRoute, type z } from '@hono/zod-openapi'
import { makePreviewToken, previewParam } from '../../../schema/experiment/preview.ts'
import { experimentBreakdowns, experimentPreview, experimentResults } from '../../contract/experiments.ts'
import { createRoutes, gives, open } from '../api-route.ts'
import type { Installation } from '../environment.ts'
import { Refused } from '../refusal.ts'
import { type BegunTest, openTest } from './begun-test.ts'
import { readBreakdowns } from './breakdowns.ts'
import { experimentOf, experimentParams } from './experiment-param.ts'
import { readResults } from './results.ts'
import { SumReader } from './sums/test-sums.ts'
import { siteAddress } from './variant-address.ts'

/** What became of split tests, and how each variant looks. */
export function resultRoutes(installation: Installation) {
  const routes = createRoutes()
  const sums = new SumReader(installation)

  const resultsRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/experiments/{id}/results',
    summary: 'What a split test says, with everything that it stands on',
    request: { params: experimentParams },
    responses: gives('The results', experimentResults),
  })
  routes.openapi(resultsRoute, async (context) => {
    const test = await begunTest(context.req.valid('param'))
    return context.json(await readResults({ ...installation, sums }, test), 200)
  })

  const breakdownsRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/experiments/{id}/breakdowns',
    summary: 'A split test by device, source and country, to explore with',
    request: { params: experimentParams },
    responses: gives('The rows', experimentBreakdowns),
  })
  routes.openapi(breakdownsRoute, async (context) => {
    const test = await begunTest(context.req.valid('param'))
    return context.json(await readBreakdowns(sums, test), 200)
  })

  const previewRoute = createRoute({
    ...open('read'),
    method: 'get',
    path: '/api/sites/{domain}/experiments/{id}/preview',
    summary: 'Links that show each variant and count nothing',
    request: { params: experimentParams },
    responses: gives('A link for each variant', experimentPreview),
  })
  routes.openapi(previewRoute, async (context) => {
    const { site, row } = await experimentOf(installation, context.req.valid('param'))
    const links = row.serving.variants.map(({ id: variant, name }) => {
      const url = siteAddress(site, row.serving.page)
      const preview = { experiment_id: row.experiment_id, variant }
      url.searchParams.set(previewParam, makePreviewToken(preview, site.reference_key))
      return { variant, name, url: url.href }
    })
    return context.json({ links }, 200)
  })

  return routes

  async function begunTest(params: z.output<typeof experimentParams>): Promise<BegunTest> {
    const { site, row } = await experimentOf(installation, params)
    const test = await openTest(installation, site, row)
    if (test === null)
      throw new Refused(
        'conflict',
        'This test has not started yet, so there is nothing to show. Start it first.',
      )
    return test
  }
}
