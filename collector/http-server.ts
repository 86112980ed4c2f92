import {
  App,
  type HttpRequest,
  type HttpResponse,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js'
import type { Logger } from 'pino'
import { HopelessError } from '../schema/process/run-child.ts'
import {
  type Answer,
  methodNotAllowed,
  notFound,
  overloaded,
  preflight,
  type RequestBody,
  type RequestHead,
  type Route,
  reasonPhrases,
} from './http-route.ts'

export type HttpServer = {
  port: number
  connections: () => number
  /** Stops listening, answers what was received whole, and cuts the other connections. */
  close: () => Promise<void>
}

/** The largest body, in bytes; the API's limit. */
const bodyLimit = 64 * 1024
/** What is larger by far is cut off instead of being read to its end for a polite answer. */
const hardBodyLimit = 1024 * 1024
/** All unfinished bodies together: slow senders cannot fill the memory. */
const bufferLimit = 64 * 1024 * 1024
const connectionLimit = 20_000

declare module 'uWebSockets.js' {
  interface TemplatedApp {
    /** The native function takes both a host and options, which the package's types leave out. */
    listen(
      host: string,
      port: number,
      options: number,
      done: (socket: us_listen_socket | false) => void,
    ): TemplatedApp
  }
}

/** LIBUS_LISTEN_EXCLUSIVE_PORT: without it Linux lets a second collector share the port, and visits would split. */
const exclusive = 1

/**
 * Serves routes by their exact path. This is the only file that knows uWebSockets.js, whose rules it keeps: every
 * handler is wrapped (an exception ends the process), request data is read before the handler returns, late answers are
 * corked, and an aborted response is never touched.
 *
 * @param options.port 0 picks a free one
 * @throws HopelessError when the port is taken
 */
export async function startHttpServer(options: {
  host: string
  port: number
  routes: ReadonlyMap<string, Route>
  log: Logger
}): Promise<HttpServer> {
  const app = App()
  const state = { connections: 0, answering: 0, buffered: 0, closing: false, idle: () => {} }
  const countConnection = (_response: HttpResponse, change: number) => {
    state.connections += change
  }
  app.filter(countConnection)
  app.any('/*', (response, request) => {
    const exchange = new Exchange(response, state)
    try {
      if (state.closing || state.connections > connectionLimit) exchange.send(overloaded, { close: true })
      else handle(request, exchange, options.routes)
    } catch (error) {
      fail(error, exchange)
    }
  })
  const fail = (error: unknown, exchange: Exchange) => {
    options.log.error({ err: error }, 'a request failed')
    exchange.send({ status: 500, body: '{"error":"internal","message":"This is a fault of the collector."}' })
  }
  const handle = (request: HttpRequest, exchange: Exchange, routes: ReadonlyMap<string, Route>) => {
    const head = readHead(request, exchange.response)
    const route = routes.get(head.path)
    if (head.method === 'OPTIONS') exchange.send(preflight)
    else if (!route) exchange.send(notFound)
    else if (head.method === 'POST' && route.POST) exchange.receive(route.POST(head), fail)
    else if ((head.method === 'GET' || head.method === 'HEAD') && route.GET)
      exchange.send(route.GET(head), { bodyless: head.method === 'HEAD' })
    else exchange.send(methodNotAllowed(route))
  }
  const socket = await new Promise<us_listen_socket>((resolve, reject) => {
    app.listen(options.host, options.port, exclusive, (listening) => {
      if (listening) resolve(listening)
      else
        reject(
          new HopelessError(
            `Port ${options.port} of ${options.host} is taken by another program. Set COLLECTOR_PORT to a free one.`,
          ),
        )
    })
  })
  const close = async () => {
    if (state.closing) return
    state.closing = true
    us_listen_socket_close(socket)
    await new Promise<void>((resolve) => {
      state.idle = resolve
      if (state.answering === 0) resolve()
    })
    app.close()
  }
  return { port: us_socket_local_port(socket), connections: () => state.connections, close }
}

function readHead(request: HttpRequest, response: HttpResponse): RequestHead {
  return {
    method: request.getMethod().toUpperCase(),
    path: request.getUrl(),
    query: () => request.getQuery(),
    peer: Buffer.from(response.getRemoteAddressAsText()).toString('latin1'),
    header: (name) => request.getHeader(name),
    headerLines: (name) => {
      const lines: string[] = []
      request.forEach((key, value) => {
        if (key === name) lines.push(value)
      })
      return lines.join(',')
    },
  }
}

type ServerState = { answering: number; buffered: number; idle: () => void }
type BodyReader = (body: RequestBody) => Answer | Promise<Answer>

/** One request and its answer, from the head to the last byte or the abort. */
class Exchange {
  readonly response: HttpResponse
  readonly #state: ServerState
  #over = false

  constructor(response: HttpResponse, state: ServerState) {
    this.response = response
    this.#state = state
  }

  /** Reads the body and hands it on, whole. */
  receive(read: BodyReader, fail: (error: unknown, exchange: Exchange) => void): void {
    const { response } = this
    const chunks: Buffer[] = []
    let size = 0
    let kept = 0
    let refused: 'too_large' | 'overloaded' | null = null
    const release = () => {
      this.#state.buffered -= kept
      kept = 0
      chunks.length = 0
    }
    const deliver = (body: RequestBody, close = false) => {
      try {
        const answer = read(body)
        if (answer instanceof Promise) void this.#sendLater(answer, fail)
        else this.send(answer, { close })
      } catch (error) {
        fail(error, this)
      }
    }
    response.onAborted(() => {
      this.#over = true
      release()
    })
    response.onData((data, isLast) => {
      if (this.#over) return
      size += data.byteLength
      if (size > bodyLimit) refused = 'too_large'
      else if (!isLast && this.#state.buffered > bufferLimit) refused = 'overloaded'
      if (size > hardBodyLimit || (refused !== null && isLast)) {
        release()
        deliver({ refused: refused ?? 'too_large' }, size > hardBodyLimit)
      } else if (refused !== null) release()
      else if (!isLast) {
        // uWebSockets.js takes the memory back when this callback returns.
        chunks.push(Buffer.from(data.slice(0)))
        kept += data.byteLength
        this.#state.buffered += data.byteLength
      } else {
        const last = Buffer.from(data)
        const text = (chunks.length === 0 ? last : Buffer.concat([...chunks, last])).toString('utf8')
        release()
        deliver(text)
      }
    })
  }

  async #sendLater(
    answer: Promise<Answer>,
    fail: (error: unknown, exchange: Exchange) => void,
  ): Promise<void> {
    this.#state.answering += 1
    try {
      this.send(await answer)
    } catch (error) {
      fail(error, this)
    } finally {
      this.#state.answering -= 1
      if (this.#state.answering === 0) this.#state.idle()
    }
  }

  /** Writes an answer once; nothing when the client has gone. */
  send(answer: Answer, how: { close?: boolean; bodyless?: boolean } = {}): void {
    if (this.#over) return
    this.#over = true
    const { response } = this
    try {
      response.cork(() => this.#write(answer, how))
    } catch (error) {
      // Half an answer helps no one, and returning from a handler without one ends the process.
      response.close()
      throw error
    }
  }

  #write(answer: Answer, how: { close?: boolean; bodyless?: boolean }): void {
    const { response } = this
    const headers = answer.headers ?? []
    const names = (name: string) => headers.some(([named]) => named === name)
    response.writeStatus(`${answer.status} ${reasonPhrases.get(answer.status) ?? ''}`)
    response.writeHeader('Access-Control-Allow-Origin', '*')
    response.writeHeader('X-Content-Type-Options', 'nosniff')
    for (const [name, value] of headers) response.writeHeader(name, value)
    if (!names('Content-Type') && answer.body.length > 0)
      response.writeHeader('Content-Type', 'application/json')
    if (!names('Cache-Control')) response.writeHeader('Cache-Control', 'no-store')
    // endWithoutBody with a length waits for the body and ends the process (uWebSockets.js 20.0.8, HEAD request).
    if (how.bodyless)
      response.writeHeader('Content-Length', String(Buffer.byteLength(answer.body))).endWithoutBody()
    else if (answer.status === 204 || answer.status === 304) response.endWithoutBody()
    else response.end(answer.body, how.close ?? false)
  }
}
