import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { Job } from '../jobs/jobs.ts'
import { keepRetention } from './keep-retention.ts'

type Tools = { client: ClickHouseClient; now: () => number; log: Logger; runs: JobRuns }

/** The job that deletes old visits, once a day. A run that deleted nothing leaves no row in the history. */
export function retentionJob({ client, now, log, runs }: Tools): Job {
  const run = async () => {
    const sites = await keepRetention(client, { now: now(), log })
    return { result: 'ok', detail: `Sites whose oldest visits were deleted: ${sites}.`, rows: sites } as const
  }
  return {
    name: 'retention',
    cron: '41 2 * * *',
    run: async () => {
      const name = { job: 'retention', scope: '', site_ids: [] }
      if (!(await runs.run(name, run, { quiet: true }))) throw new Error('Old visits could not be deleted.')
    },
  }
}
