import { randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

const runRow = z.object({
  job: z.string(),
  scope: z.string(),
  site_ids: z.array(z.number().int()),
  run_id: z.string(),
  started_at: instant,
  finished_at: instant.nullable(),
  result: z.enum(['running', 'ok', 'failed', 'interrupted']),
  detail: z.string(),
  rows: uint64,
  version: uint64,
})

type Run = Omit<z.infer<typeof runRow>, 'rows'> & { rows: number }

/** What a run is called: the job, and the account and sites that it is for (none for the whole installation). */
export type RunName = { job: string; scope: string; site_ids: readonly number[] }

/** How a run ended, in the owner's words, and how many objects it handled. */
export type RunEnd = { result: 'ok' | 'failed'; detail: string; rows: number }

/** How often the progress of a run is written, in ms. */
const progressMs = 1000

/** The history of jobs, as owners see it. Each run is a row that is written again as it goes. */
export class JobRuns {
  #client: ClickHouseClient
  #now: () => number
  #log: Logger

  constructor(client: ClickHouseClient, { now, log }: { now: () => number; log: Logger }) {
    this.#client = client
    this.#now = now
    this.#log = log
  }

  /** Says of runs that a process before this one did not end that they were interrupted. */
  async closeInterrupted(): Promise<void> {
    const rows = await readRows(this.#client, { sql: sql(), row: runRow })
    const finished_at = this.#now()
    for (const run of rows)
      await this.#write({ ...run, rows: Number(run.rows), result: 'interrupted', finished_at })
  }

  /**
   * Runs a piece of work and keeps its history. A fault is history too: it is logged, and the work is repeated when it
   * is due again.
   *
   * @param quiet leaves no row of a run that handled nothing
   * @returns whether it ended well
   */
  async run(
    { job, scope, site_ids }: RunName,
    work: (progress: (rows: number) => void) => Promise<RunEnd>,
    { quiet = false } = {},
  ): Promise<boolean> {
    const started_at = this.#now()
    const begun = { job, scope, site_ids: [...site_ids], run_id: randomUUID(), started_at, version: 0n }
    const run: Run = { ...begun, finished_at: null, result: 'running', detail: '', rows: 0 }
    if (!quiet) await this.#write(run)
    const end = await this.#work(run, work)
    if (quiet && end.result === 'ok' && end.rows === 0) return true
    await this.#write({ ...run, ...end, finished_at: Math.max(this.#now(), started_at) })
    return end.result === 'ok'
  }

  async #work(run: Run, work: (progress: (rows: number) => void) => Promise<RunEnd>): Promise<RunEnd> {
    let told = performance.now()
    let writing: Promise<unknown> = Promise.resolve()
    const progress = (rows: number) => {
      run.rows = rows
      if (performance.now() - told < progressMs) return
      told = performance.now()
      const written = { ...run }
      writing = writing
        .then(() => this.#write(written))
        .catch((error) => this.#log.warn({ err: error }, 'progress not written'))
    }
    try {
      const end = await work(progress)
      await writing
      return end
    } catch (error) {
      await writing
      const detail = error instanceof Error ? error.message : 'unknown fault'
      this.#log.warn({ err: error, job: run.job, scope: run.scope }, 'a job failed')
      return { result: 'failed', detail: detail.slice(0, 500), rows: run.rows }
    }
  }

  // Versions count the writes of one run; another run is another row.
  async #write(run: Run): Promise<void> {
    run.version += 1n
    const values = [
      {
        ...run,
        started_at: instantCell(run.started_at),
        finished_at: run.finished_at === null ? null : instantCell(run.finished_at),
        version: String(run.result === 'running' ? run.version : run.version + 1_000_000n),
      },
    ]
    await this.#client.insert({ table: 'job_runs', values, format: 'JSONEachRow' })
  }
}
