import { parseArgs } from 'node:util'
import { z } from 'zod'
import { settings } from './setting.ts'
import { brokenBound, percent, type Result, simulate } from './simulation.ts'

const options = z.object({
  runs: z.coerce.number().int().min(50).max(100_000).default(2_000),
  seed: z.coerce.number().int().default(20_261_124),
})
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const { runs, seed } = options.parse(values)

function line({ setting, decided, better, meanDays }: Result, fault: string | null): string {
  const aim = 'atMost' in setting.bound ? `≤ ${percent(setting.bound.atMost)}` : percent(setting.bound.power)
  const got = 'atMost' in setting.bound ? decided : better
  const columns = [
    setting.name.padEnd(34),
    percent(got).padStart(7),
    aim.padStart(8),
    meanDays.toFixed(1).padStart(6),
  ]
  return `${columns.join('  ')}  ${fault === null ? 'ok' : `BROKEN: ${fault}`}\n`
}

process.stdout.write(`Daily looks over 28 days, ${runs} tests each, seed ${seed}
${'setting'.padEnd(34)}  ${'found'.padStart(7)}  ${'bound'.padStart(8)}  ${'days'.padStart(6)}\n`)
const faults = settings.map((setting, i) => {
  const result = simulate(setting, runs, seed + i)
  const fault = brokenBound(result)
  process.stdout.write(line(result, fault))
  return fault
})
const broken = faults.filter((fault) => fault !== null).length
process.stdout.write(`${faults.length - broken} kept, ${broken} broken\n`)
process.exitCode = broken > 0 ? 1 : 0
