import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** pass: as without faults. drop: the engine never sees it. lose_answer: the engine did it, and no one hears of it. */
export type Fate = 'pass' | 'drop' | 'lose_answer'

/** A faulty line to the engine. */
export type FaultyLine = {
  url: string
  /** Decides about each request when its body is here; a promise holds it until then. */
  decide: (query: string) => Fate | Promise<Fate>
  close: () => Promise<void>
}

/** Starts a line to an engine's address that passes everything at first. */
export async function startFaultyLine(engineUrl: string): Promise<FaultyLine> {
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  const line: FaultyLine = {
    url: '',
    decide: () => 'pass',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const path = incoming.url ?? '/'
    const query = new URL(path, 'http://line').searchParams.get('query') ?? ''
    const fate = await line.decide(`${query}${body.subarray(0, 300).toString('latin1')}`)
    if (fate === 'drop') return void incoming.socket.destroy()
    const answer = await forward(path, incoming, body)
    if (fate === 'lose_answer') return void incoming.socket.destroy()
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }

  async function forward(path: string, incoming: IncomingMessage, body: Buffer) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const headers = { ...incoming.headers, 'content-length': String(body.length) }
    delete headers['transfer-encoding']
    request(new URL(path, engineUrl), { method: incoming.method, headers, agent: false }, resolve)
      .on('error', reject)
      .end(body)
    const answer = await promise
    const answerBody = await buffer(answer)
    const answerHeaders = { ...answer.headers }
    delete answerHeaders['transfer-encoding']
    return { status: answer.statusCode ?? 502, headers: answerHeaders, body: answerBody }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  line.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return line
}
