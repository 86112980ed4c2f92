import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { Job } from '../jobs/jobs.ts'
import { Rollups } from './rollups.ts'

type Tools = { client: ClickHouseClient; now: () => number; log: Logger; runs: JobRuns }

/** The job that keeps the rollups, every minute. Rounds that computed nothing leave no row in the history. */
export function rollupJob({ client, now, log, runs }: Tools): Job {
  const rollups = new Rollups({ client, now, log })
  const round = async () => {
    const { traffic, revenue } = await rollups.run()
    const detail = `Days of sites added up: ${traffic} of visits, ${revenue} of money.`
    return { result: 'ok', detail, rows: traffic + revenue } as const
  }
  return {
    name: 'rollups',
    cron: '* * * * *',
    run: async () => {
      const name = { job: 'rollups', scope: '', site_ids: [] }
      if (!(await runs.run(name, round, { quiet: true }))) throw new Error('Days could not be rolled up.')
    },
  }
}
