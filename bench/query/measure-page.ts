import { cpuTimeOf } from './cpu-time.ts'
import type { DashboardUnderTest } from './dashboard-under-test.ts'
import { type PageRequest, pageOf } from './page.ts'
import { quantile } from './quantile.ts'

/** Times in ms: of the clock, and of processors by the engine and by this process (dashboard and client). */
export type Timing = { name: string; p50: number; p95: number; engineCpu: number; ownCpu: number }

type Rig = { dashboard: DashboardUnderTest; enginePid: number; times: number }

/** Whole pages, all their requests at once as a browser sends them, and each of their requests alone. */
export async function measurePage(domain: string, rig: Rig): Promise<{ page: Timing; requests: Timing[] }> {
  const requests = pageOf(domain)
  const page = await measure('page', requests, rig)
  const alone: Timing[] = []
  for (const request of requests) alone.push(await measure(request.name, [request], rig))
  return { page, requests: alone }
}

async function measure(name: string, requests: PageRequest[], rig: Rig): Promise<Timing> {
  const { dashboard, enginePid, times } = rig
  const walls: number[] = []
  await run(dashboard, requests)
  const before = { engine: cpuTimeOf(enginePid), own: process.cpuUsage() }
  for (let time = 0; time < times; time++) walls.push(await run(dashboard, requests))
  const own = process.cpuUsage(before.own)
  return {
    name,
    p50: quantile(walls, 0.5),
    p95: quantile(walls, 0.95),
    engineCpu: (cpuTimeOf(enginePid) - before.engine) / times,
    ownCpu: (own.user + own.system) / 1_000 / times,
  }
}

async function run(dashboard: DashboardUnderTest, requests: PageRequest[]): Promise<number> {
  // Nothing that the dashboard keeps for a second helps from one page to the next.
  dashboard.clock.ms += 2_000
  const start = performance.now()
  await Promise.all(requests.map((request) => dashboard.time(request)))
  return performance.now() - start
}
