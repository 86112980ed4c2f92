import type { Logger } from 'pino'
import type { ClickHouseAddress } from '../clickhouse/client.ts'
import type { Config } from '../config.ts'

/** The four processes, in the order in which they start; they stop in `stopOrder`. */
export const roles = ['engine', 'collector', 'verifier', 'dashboard'] as const
export type Role = (typeof roles)[number]

/** The engine goes last, because the collector drains into it. */
export const stopOrder = ['collector', 'verifier', 'dashboard', 'engine'] as const satisfies readonly Role[]

/** What a process is given at its start. */
export type ServiceContext = {
  config: Config
  clickhouse: ClickHouseAddress
  log: Logger
  /** The clock, in milliseconds since 1970. */
  now: () => number
}

/** A started process. */
export type Service = {
  /** Stops listening, finishes what was accepted, and resolves when nothing is left to lose. */
  close: () => Promise<void>
  /** Resolves while the process can do its work; a hang here gets the process killed after 10 s. */
  heartbeat?: () => Promise<void>
}

/**
 * Starts a process and resolves when it can serve. Each component exports one: `startCollector`, `startVerifier`,
 * `startDashboard`; the engine's is built from its own arguments in main.ts.
 */
export type StartService = (context: ServiceContext) => Promise<Service>
