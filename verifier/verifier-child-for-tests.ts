import { pino } from 'pino'
import { z } from 'zod'
import { parseConfig } from '../schema/config.ts'
import { defaultPace } from './pace.ts'
import { startVerifier } from './verifier.ts'

// A verifier in a process of its own, for tests that kill it.
const user = z.object({ username: z.string(), password: z.string() })
const order = z.object({
  environment: z.record(z.string(), z.string()),
  clickhouse: z.object({ url: z.string(), database: z.string(), writer: user, reader: user }),
})

process.once('disconnect', () => process.exit(1))
process.once('message', async (message) => {
  const { environment, clickhouse } = order.parse(message)
  const parsed = parseConfig(environment)
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const config = { ...parsed.config, VERIFIER_PORT: 0 }
  const context = { config, clickhouse, log: pino({ level: 'silent' }), now: Date.now }
  await startVerifier(context, {
    ...defaultPace,
    pollMs: 20,
    backoffMs: 50,
    eventsEveryMs: null,
    sweepEveryMs: null,
  })
  process.send?.('started')
})
