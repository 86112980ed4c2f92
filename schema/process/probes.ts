import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stopListening } from './stop-listening.ts'

/** Whether a process can do its work now, and if not why, in words for an operator. */
export type Readiness = { ready: true } | { ready: false; why: string }

/** The answer of `/health` (the process runs) or `/ready` (it can do its work), or null for another path. */
export function probeAnswer(
  path: string,
  readiness: () => Readiness,
): { status: number; body: string } | null {
  if (path === '/health') return { status: 200, body: '{"status":"ok"}' }
  if (path !== '/ready') return null
  const state = readiness()
  return { status: state.ready ? 200 : 503, body: JSON.stringify(state) }
}

/**
 * A server on loopback that answers `/health` and `/ready`, for a process that serves nothing else.
 *
 * @param port 0 picks a free one
 */
export async function startProbes(port: number, readiness: () => Readiness) {
  const server = createServer((request, response) => {
    const answer = probeAnswer(request.url?.split('?')[0] ?? '', readiness)
    response.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' })
    response.end(answer?.body ?? '{"error":"not_found"}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address: string | AddressInfo | null = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: async () => {
      await stopListening(server)
    },
  }
}
