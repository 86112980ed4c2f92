import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { apiVersion } from '../objects/event-shape.ts'
import type { Fault } from './faults.ts'
import { type Answer, refuse } from './stripe-answers.ts'

type Delivery = {
  response: ServerResponse
  requestId: string
  fault: Fault | undefined
  /** Who asked, for the words of a refusal; empty when unknown. */
  caller: { text: string; account: { id: string } }
  stop: AbortSignal
}

/** Sends an answer, or what the fault makes of it. Gives the status sent, or null for a hang. */
export async function deliver(answer: Answer, delivery: Delivery): Promise<number | null> {
  const { fault, response } = delivery
  switch (fault?.kind) {
    case 'hang':
      return null
    case 'html':
      return sendHtml(response, fault.status ?? 200)
    case 'reset':
      return sendHalf(answer, delivery)
    case 'rate_limit':
      return send(refuse.rateLimited(fault.reason, retryAfter(fault)), delivery)
    case 'lock_timeout':
      return send(refuse.lockTimeout(), delivery)
    case 'server_error':
      return send(refuse.serverError(fault.status ?? 500), delivery)
    case 'unauthorized':
      return send(refuse.unknownKey(delivery.caller.text), delivery)
    case 'forbidden':
      return send(refuse.permission(delivery.caller, fault.permission), delivery)
    case 'wrong_id':
      return send({ ...answer, body: withWrongId(answer.body) }, delivery)
    case 'slow':
      await wait(fault.delay_ms, undefined, { signal: delivery.stop }).catch(() => undefined)
      return send(answer, delivery)
    case undefined:
      return send(answer, delivery)
  }
}

function retryAfter(fault: Fault): Record<string, string> {
  return fault.retry_after === undefined ? {} : { 'Retry-After': String(fault.retry_after) }
}

function headersFor(answer: Answer, requestId: string, length: number) {
  return {
    'Content-Type': 'application/json',
    'Content-Length': length,
    'Request-Id': requestId,
    'Stripe-Version': apiVersion,
    ...answer.headers,
  }
}

function send(answer: Answer, { response, requestId }: Delivery): number {
  // Stripe indents its answers; a simulation that reads 100,000 payments would pay for that twice.
  const body = Buffer.from(JSON.stringify(answer.body))
  response.writeHead(answer.status, headersFor(answer, requestId, body.length)).end(body)
  return answer.status
}

/** The whole length is promised, half is sent, and the connection is reset. */
function sendHalf(answer: Answer, { response, requestId }: Delivery): number {
  const body = Buffer.from(JSON.stringify(answer.body))
  response.writeHead(answer.status, headersFor(answer, requestId, body.length))
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.resetAndDestroy())
  return answer.status
}

function sendHtml(response: ServerResponse, status: number): number {
  const page = '<!doctype html><title>Bad gateway</title><h1>Something went wrong on our end</h1>'
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(page)
  return status
}

/** The object of somebody else: the last letters of its id are turned round. */
function withWrongId(body: Answer['body']): Answer['body'] {
  const { id, data } = body
  if (typeof id === 'string') return { ...body, id: turned(id) }
  if (!Array.isArray(data)) return body
  return { ...body, data: data.map((item) => ({ ...item, id: turned(String(item.id)) })) }
}

function turned(id: string): string {
  const tail = id.slice(-12)
  const other = [...tail].reverse().join('')
  return id.slice(0, -12) + (other === tail ? `${tail.slice(1)}0` : other)
}
