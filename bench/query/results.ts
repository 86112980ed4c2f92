import { cpus, loadavg, release, totalmem } from 'node:os'
import type { Timing } from './measure-page.ts'
import { type Scale, shownDays } from './scale.ts'

/** What was found at one scale. CPU in seconds of the engine. */
export type Finding = {
  scale: Scale
  stored: { events: number; bytes: number; rollupRows: number; rollupBytes: number }
  generateCpu: number
  rollUpCpu: number
  sites: { domain: string; events: number; page: Timing; requests: Timing[]; withoutRollups: Timing | null }[]
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const ms = (value: number) => `${number.format(value)} ms`
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const table = (head: string[], rows: string[][]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

function timingCells({ p50, p95, engineCpu, ownCpu }: Timing): string[] {
  return [ms(p50), ms(p95), ms(engineCpu), ms(ownCpu)]
}

function describeScale(finding: Finding): string {
  const { scale, stored, generateCpu, rollUpCpu, sites } = finding
  const pages = sites.flatMap(({ domain, events, page, withoutRollups }) => [
    [`${domain}, ${number.format(events)} events in ${shownDays} days`, ...timingCells(page)],
    ...(withoutRollups === null ? [] : [[`${domain}, without rollups`, ...timingCells(withoutRollups)]]),
  ])
  const [largest] = sites
  const requests = (largest?.requests ?? []).map((timing) => [timing.name, ...timingCells(timing)])
  const head = ['p50', 'p95', 'engine CPU', 'dashboard CPU']
  return `## ${number.format(stored.events)} events, ${scale.sites} sites, ${scale.days} days

${number.format(stored.bytes / 2 ** 20)} MiB of facts (${generateCpu.toFixed(0)} s of CPU to generate), ${number.format(stored.rollupRows)} rows of rollups in ${number.format(stored.rollupBytes / 2 ** 20)} MiB (${rollUpCpu.toFixed(0)} s of CPU to compute).

${table(['page', ...head], pages)}

Each request of the first site's page alone:

${table(['request', ...head], requests)}
`
}

/** The findings as a page of Markdown, and what they were found on. */
export function describe(
  findings: readonly Finding[],
  about: { times: number; seed: number; engine: string },
): string {
  const [processor] = cpus()
  return `# The dashboard's page, measured

\`npm run bench:query\` wrote this. A page is what the overview asks when it opens: totals and series of ${shownDays} days compared with the ${shownDays} before, four panels, the unattributed row and the latest payments, all at once over HTTP from the client to the dashboard to the engine. The open day is nearly over, so what is read from facts is as much as it gets. ${about.times} pages each, nothing kept from one to the next; seed ${about.seed}.

Machine: ${cpus().length} cores (${processor?.model ?? 'unknown'}), ${number.format(totalmem() / 2 ** 30)} GiB, Linux ${release()}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(
      ' ',
    )} at the end: other work on the machine stretches the clock, CPU hardly. Node ${process.versions.node}, engine ${about.engine}.

${findings.map(describeScale).join('\n')}`
}
