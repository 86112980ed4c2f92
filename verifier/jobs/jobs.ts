import { setTimeout as wait } from 'node:timers/promises'
import { schedule } from 'node-cron'
import type { Logger } from 'pino'

/** Work on the clock. It is idempotent and catches up by itself: node-cron keeps no state. */
export type Job = { name: string; cron: string; run: () => Promise<void> }

/** The jobs under way on their schedules. */
export type JobSchedule = {
  /** Runs a job now, or once more when it runs already. */
  trigger: (name: string) => void
  /** Stops the schedules and resolves when no run is under way. */
  stop: () => Promise<void>
}

const retryMs = 10_000

/**
 * Runs each job at once and then on its schedule (cron, UTC), one run of it at a time. A run that fails is repeated
 * every 10 s.
 */
export function startJobs(jobs: readonly Job[], log: Logger): JobSchedule {
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const start = (job: Job) => {
    if (running.has(job.name) || stopping.signal.aborted) return
    const run = runUntilDone(job, log, stopping.signal).finally(() => {
      running.delete(job.name)
      if (again.delete(job.name)) start(job)
    })
    running.set(job.name, run)
  }
  const tasks = jobs.map((job) => {
    start(job)
    return schedule(job.cron, () => start(job), {
      timezone: 'UTC',
      name: job.name,
      suppressMissedWarning: true,
    })
  })
  return {
    trigger: (name) => {
      const job = jobs.find((each) => each.name === name)
      if (!job) throw new Error(`There is no job ${name}.`)
      if (running.has(name)) again.add(name)
      else start(job)
    },
    stop: async () => {
      stopping.abort()
      for (const task of tasks) await task.destroy()
      await Promise.all(running.values())
    },
  }
}

async function runUntilDone(job: Job, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await job.run()
      return
    } catch (error) {
      log.warn({ err: error, job: job.name }, 'a job failed and is repeated')
      await wait(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
