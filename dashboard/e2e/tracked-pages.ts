import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildScript } from '../../collector/script/build.ts'
import { type WireEvent, wireEvent } from '../../schema/event/wire-event.ts'

/** One request to the event address, parsed as the collector parses it. */
type Received = { event: WireEvent; sent: unknown; headers: IncomingMessage['headers'] }

/** What the event address answers. */
export type EventAnswer = { status: number; body: object; headers?: Record<string, string> }

/** A page of the shop. */
export type Page = { html: string; csp?: string }

/** The visit that the event address names until it is told otherwise. */
export const visitReference = 'rt_AAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** Pages of shop.example (and pay2.shop.example) that carry the built script, and a scripted event address on collector.example. */
export type TrackedPages = {
  /** For `launchBrowser`. */
  hosts: Record<string, string>
  /** The snippet with more attributes. */
  snippet: (attributes?: string) => string
  /** Pages by path; other paths get an empty page with the snippet. */
  pages: Map<string, Page>
  received: Received[]
  /** Answers to come, first first; afterwards 202 with `visitReference`. */
  answers: EventAnswer[]
  reset: () => void
  close: () => Promise<void>
}

const stored: EventAnswer = { status: 202, body: { status: 'stored', visit: visitReference } }

async function listen(handle: RequestListener): Promise<{ server: Server; address: string }> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (!bound || typeof bound === 'string') throw new Error('A TCP server has no port.')
  return { server, address: `127.0.0.1:${bound.port}` }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function builtScript(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'revtrail-script-'))
  await buildScript(folder)
  const script = await readFile(join(folder, 'script.js'), 'utf8')
  await rm(folder, { recursive: true })
  return script
}

function shop(pages: TrackedPages['pages'], snippet: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop.example')
    const page = pages.get(pathname) ?? { html: snippet }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (page.csp) response.setHeader('content-security-policy', page.csp)
    response.end(`<!doctype html><html lang="en"><title>Shop</title><body>${page.html}</body></html>`)
  }
}

function collector(script: string, { received, answers }: Pick<TrackedPages, 'received' | 'answers'>) {
  return async (request: IncomingMessage) => {
    if (request.method === 'GET') return { status: 200, type: 'text/javascript', body: script, headers: {} }
    const sent: unknown = JSON.parse(await readBody(request))
    received.push({ event: wireEvent.parse(sent), sent, headers: request.headers })
    const { status, body, headers } = answers.shift() ?? stored
    return { status, type: 'application/json', body: JSON.stringify(body), headers: headers ?? {} }
  }
}

/** Starts both. The event address refuses, by a failed test, what the collector's own schema refuses. */
export async function startTrackedPages(): Promise<TrackedPages> {
  const snippet = (attributes = '') =>
    `<script defer data-domain="shop.example" ${attributes} src="http://collector.example/js/script.js?site=shop.example"></script>`
  const pages: TrackedPages['pages'] = new Map()
  const received: Received[] = []
  const answers: EventAnswer[] = []
  const shopSide = await listen(shop(pages, snippet()))
  const answer = collector(await builtScript(), { received, answers })
  const collectorSide = await listen((request, response) => {
    answer(request).then(
      ({ status, type, body, headers }) =>
        response
          .writeHead(status, {
            'content-type': type,
            'access-control-allow-origin': '*',
            'access-control-expose-headers': 'retry-after',
            ...headers,
          })
          .end(body),
      (cause: unknown) => response.destroy(new Error('Not an event.', { cause })),
    )
  })
  const servers = [shopSide.server, collectorSide.server]
  return {
    hosts: {
      'shop.example': shopSide.address,
      'pay2.shop.example': shopSide.address,
      'collector.example': collectorSide.address,
    },
    snippet,
    pages,
    received,
    answers,
    reset: () => {
      pages.clear()
      received.length = 0
      answers.length = 0
    },
    close: async () => {
      for (const server of servers) server.closeAllConnections()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
