import type { Server } from 'node:http'

/**
 * Stops a server: it takes no new connection, and requests under way have a while to end. Then their connections are
 * cut: a request that was sent by half would hold its process for node's whole request timeout.
 *
 * @param graceMs how long requests may take
 * @returns whether all ended by themselves
 */
export async function stopListening(server: Server, graceMs = 2_000): Promise<boolean> {
  let cut = false
  const timer = setTimeout(() => {
    cut = true
    server.closeAllConnections()
  }, graceMs)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(timer)
  return !cut
}
