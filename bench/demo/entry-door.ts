import { createServer } from 'node:http'

/**
 * The demo's one link: a server on loopback that signs the visitor in and leads on to the dashboard. Cookies are shared
 * between the ports of a host, so the dashboard needs no way in of its own for this.
 *
 * @param signIn gives the dashboard's cookies
 */
export async function openEntryDoor(options: {
  port: number
  signIn: () => Promise<string[]>
  dashboardUrl: string
}): Promise<{ close: () => void }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/') {
      response.writeHead(404).end()
      return
    }
    options.signIn().then(
      (cookies) => response.writeHead(302, { location: options.dashboardUrl, 'set-cookie': cookies }).end(),
      (error: unknown) =>
        response
          .writeHead(502, { 'content-type': 'text/plain' })
          .end(error instanceof Error ? error.message : ''),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, 'localhost', resolve)
  })
  return { close: () => server.close() }
}
