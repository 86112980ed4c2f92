import { expect } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { experimentChanged, experimentResults } from '../../contract/experiments.ts'
import { goal } from '../../contract/goals.ts'
import type { Browser, TestDashboard } from '../dashboard-for-tests.ts'

/** A site of a test dashboard, with what tests of split tests ask for again and again. */
export type TestSite = {
  id: number
  path: string
  browser: Browser
  goal: (name: string, target: object) => Promise<number>
  draft: (changes?: object) => Promise<z.infer<typeof experimentChanged>['experiment']>
  act: (id: number, act: string) => ReturnType<Browser['send']>
  /** A draft that was started on a day at noon. */
  started: (day: string, changes?: object) => Promise<number>
  results: (id: number) => Promise<z.infer<typeof experimentResults>>
}

export const redirectTest = {
  name: 'Pricing headline',
  kind: 'redirect',
  page: '/pricing',
  variants: [
    { name: 'Original', weight: 0.5 },
    { name: 'New', weight: 0.5, url: 'https://shop.example/pricing-new' },
  ],
  goal: { kind: 'revenue', at_least: null },
}

/** Adds a site to a dashboard, as its owner. */
export async function addTestSite(dashboard: TestDashboard, domain = 'shop.example'): Promise<TestSite> {
  const browser = await dashboard.owner()
  const made = await browser.send('POST', '/api/sites', { domain, timezone: 'UTC', currency: 'usd' })
  expect(made.status).toBe(200)
  const [row] = await readRows(dashboard.database.reader, {
    sql: 'SELECT max(site_id) AS site_id FROM sites',
    row: z.object({ site_id: z.number() }),
  })
  const path = `/api/sites/${domain}`
  const site: TestSite = {
    id: row?.site_id ?? 0,
    path,
    browser,
    goal: async (name, target) =>
      goal.parse((await browser.send('POST', `${path}/goals`, { name, target })).body).goal_id,
    draft: async (changes = {}) => {
      const reply = await browser.send('POST', `${path}/experiments`, { ...redirectTest, ...changes })
      expect(reply.status, reply.text).toBe(200)
      return experimentChanged.parse(reply.body).experiment
    },
    act: (id, act) => browser.send('POST', `${path}/experiments/${id}/${act}`),
    started: async (day, changes = {}) => {
      const { experiment_id } = await site.draft(changes)
      const now = dashboard.clock.ms
      dashboard.clock.ms = Date.parse(`${day}T12:00:00Z`)
      const reply = await site.act(experiment_id, 'start')
      dashboard.clock.ms = now
      expect(reply.status, reply.text).toBe(200)
      return experiment_id
    },
    results: async (id) => {
      const reply = await browser.send('GET', `${path}/experiments/${id}/results`)
      expect(reply.status, reply.text).toBe(200)
      return experimentResults.parse(reply.body)
    },
  }
  return site
}
