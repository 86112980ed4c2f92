import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { makeLoaderSnippet } from '../../schema/experiment/loader.ts'

/** Writes a page: parts of it as they come, so that a test can hold back the rest. */
type Writer = (response: ServerResponse, address: URL) => unknown

/** A shop whose pages a test writes. What stands on no page is an empty one with the loader. */
export type TestedShop = {
  /** Where it listens, for `launchBrowser`. */
  address: string
  pages: Map<string, Writer>
  /** The paths and queries that were asked for. */
  requests: string[]
  close: () => Promise<void>
}

const attributes = {
  'data-domain': 'shop.example',
  src: 'http://collector.example/js/script.js?site=shop.example',
}
/** What the owner pastes into the head while a test runs. */
export const loader = makeLoaderSnippet(attributes)
/** What the owner pastes otherwise. */
export const plainSnippet = `<script defer data-domain="${attributes['data-domain']}" src="${attributes.src}"></script>`

/** A page of one colour, which its heading fills. */
export function colouredPage(name: 'original' | 'variant', { head = loader, body = '' } = {}): string {
  return `<!doctype html><html lang="en"><head>${head}<title>${name}</title><style>
h1 { position: fixed; inset: 0; margin: 0; z-index: -1 }
.original { background: rgb(230, 0, 0) } .variant { background: rgb(0, 150, 0) }
</style></head><body><h1 class="${name}">${name}</h1>${body}</body></html>`
}

export async function startTestedShop(): Promise<TestedShop> {
  const pages: TestedShop['pages'] = new Map()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://shop.example')
    if (address.pathname === '/favicon.ico') return response.writeHead(204).end()
    requests.push(`${address.pathname}${address.search}`)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    const write = pages.get(address.pathname)
    return write ? write(response, address) : response.end(colouredPage('original'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (!bound || typeof bound === 'string') throw new Error('A TCP server has no port.')
  return {
    address: `127.0.0.1:${bound.port}`,
    pages,
    requests,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
