import { once } from 'node:events'
import { pino } from 'pino'
import { z } from 'zod'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { exampleEvent } from '../journal/rows-for-tests.ts'
import { openEventStore } from './event-store.ts'

const user = z.object({ username: z.string(), password: z.string() })
const order = z.object({
  folder: z.string(),
  address: z.object({ url: z.string(), database: z.string(), writer: user, reader: user }),
  callers: z.number(),
})

/** What the parent sends first: where to store, and how many callers append without a pause until SIGTERM. */
export type ChildOrder = z.infer<typeof order>

const [message] = await once(process, 'message')
const { folder, address, callers } = order.parse(message)
const client = createWriter(address)
const store = await openEventStore({
  folder,
  client,
  log: pino({ level: 'silent' }),
  now: Date.now,
  maxBytes: 100_000_000,
  batchIntervalMs: 30,
  segmentBytes: 100_000,
  retentionMs: 1_000,
  drainMs: 60_000,
  onFatal: () => process.exit(70),
})
let stopping = false
process.once('SIGTERM', () => {
  stopping = true
})
process.once('disconnect', () => process.exit(71))

async function append(caller: number): Promise<void> {
  const session_id = (BigInt(Date.now()) << 20n) | BigInt(process.pid * 100 + caller)
  for (let event_no = 1; !stopping; event_no++) {
    const event = exampleEvent({ session_id, event_no, pageview_no: event_no, pathname: `/${event_no}` })
    const outcome = await store.append({ events: [event], claims: [] })
    if (outcome === 'stored') process.send?.(event.event_id)
  }
}

await Promise.all(Array.from({ length: callers }, (_, caller) => append(caller)))
await store.close()
await client.close()
process.exit(store.stats().undeliveredRows === 0 ? 0 : 72)
