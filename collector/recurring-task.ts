import type { Logger } from 'pino'

/** A task that runs again and again, one run at a time. */
export type RecurringTask = {
  /** Ends it, and resolves when a run under way is over. */
  stop: () => Promise<void>
}

/**
 * Runs a task every so often, counted from the end of a run. A failure is logged at its first occurrence and when it
 * is over, not at every run.
 *
 * @param options.everyMs pause between runs, in ms
 */
export function startRecurringTask(options: {
  name: string
  everyMs: number
  log: Logger
  run: () => Promise<void> | void
}): RecurringTask {
  let stopped = false
  let failing = false
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> = Promise.resolve()
  const runOnce = async () => {
    try {
      await options.run()
      if (failing) options.log.info({ task: options.name }, 'works again')
      failing = false
    } catch (error) {
      if (!failing) options.log.warn({ task: options.name, err: error }, 'failed; it is tried again')
      failing = true
    }
    plan()
  }
  const plan = () => {
    if (stopped) return
    timer = setTimeout(() => {
      current = runOnce()
    }, options.everyMs)
    timer.unref()
  }
  plan()
  const stop = async () => {
    stopped = true
    clearTimeout(timer)
    await current
  }
  return { stop }
}
