import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { answerApi } from './api/api.ts'
import { deliver } from './api/delivery.ts'
import type { Faults } from './api/faults.ts'
import type { Admission, Caller } from './api/rate-limit.ts'
import type { RequestLog } from './api/request-log.ts'
import { isList } from './api/resources.ts'
import type { World } from './books/world.ts'
import type { Act } from './controls/act.ts'
import { answerControl } from './controls/control-http.ts'
import type { Controls } from './controls/controls.ts'
import { answerPage } from './hosted/hosted-page.ts'
import { noticePage } from './hosted/hosted-page-html.ts'

const MOST_BODY_BYTES = 1_000_000

type Parts = {
  world: World
  controls: Controls
  acts: ReadonlyMap<string, Act>
  faults: Faults
  log: RequestLog
  admit: (caller: Caller) => Admission
  /** Cuts waiting answers short when the double closes. */
  stop: AbortSignal
}

type Exchange = { method: string; url: URL; authorization: string | undefined; body: string }

/** The door of the double: sends each request to the API, to the controls or to the hosted pages. */
export function createServing(parts: Parts): RequestListener {
  const { world, controls, acts } = parts

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await readBody(request)
    if (body === undefined) return response.destroy()
    const url = new URL(request.url ?? '/', world.baseUrl())
    const { authorization } = request.headers
    const exchange = { method: request.method ?? 'GET', url, authorization, body }
    controls.sweepExpired()
    if (url.pathname.startsWith('/v1/')) return serveApi(parts, exchange, response)
    if (url.pathname.startsWith('/_double/')) {
      const answer = answerControl(acts, url.pathname.slice('/_double/'.length), body)
      return response
        .writeHead(answer.status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(answer.body))
    }
    return servePage(parts, exchange, response)
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy()
      throw new Error(`The double failed on ${request.method} ${request.url}`, { cause: error })
    })
  }
}

async function serveApi(parts: Parts, exchange: Exchange, response: ServerResponse) {
  const { world, admit, faults, log, stop } = parts
  const { method, url } = exchange
  const path = url.pathname
  const { answer, key, account, leave } = answerApi(world, admit, exchange)
  response.once('close', leave)
  const fault = faults.strike({ path, account, list: isList(path) })
  const said = { query: url.search.slice(1), key, fault: fault?.kind ?? null }
  const entry = log.add({ at: world.now(), method, path, ...said, status: null })
  const requestId = `req_${world.random.token(14)}`
  const caller = { text: key, account: { id: account ?? '' } }
  entry.status = await deliver(answer, { response, requestId, fault, caller, stop })
}

function servePage({ world, controls }: Parts, exchange: Exchange, response: ServerResponse) {
  const form = new URLSearchParams(exchange.body)
  const page = answerPage({ world, controls }, { ...exchange, form })
  const { status, html, location } = page ?? {
    status: 404,
    html: noticePage('Nothing here', ''),
    location: undefined,
  }
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }
  response.writeHead(status, location === undefined ? headers : { ...headers, Location: location }).end(html)
}

/** Nothing when the client went away while sending, or sent more than 1 MB. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      size += chunk.length
      if (size > MOST_BODY_BYTES) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}
