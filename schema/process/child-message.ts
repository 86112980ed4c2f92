import { z } from 'zod'

/** What a child tells its supervisor: that it serves, that it lives, or that only a person can help. */
export const childMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('hopeless'), message: z.string() }),
])
export type ChildMessage = z.infer<typeof childMessage>

/** What the supervisor tells a child. */
export const supervisorMessage = z.object({ type: z.literal('stop') })

/** ms between heartbeats, and the silence after which a child is killed: chDB hangs 304 s after a fatal signal. */
export const heartbeatEvery = 2_000
export const heartbeatLimit = 10_000
