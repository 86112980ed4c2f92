import type { z } from 'zod'
import type { EventRecord } from '../books/event-records.ts'
import type { Book } from '../books/world.ts'
import type { webhookParams } from '../params.ts'
import type { Random } from '../random.ts'
import { signatureHeader } from './signature.ts'

/** An address that is told of events, with the secret that signs what it is told. */
export type Endpoint = Pick<
  z.output<typeof webhookParams>,
  'url' | 'events' | 'order' | 'duplicates' | 'retry_delays_ms' | 'timeout_ms'
> & { id: string; secret: string; book: Book }

/** One try to tell one endpoint of one event; `status` is null when nobody answered. */
export type DeliveryTry = { event: string; type: string; attempt: number; status: number | null }

type Job = { event: EventRecord; attempt: number; again: boolean }

type Surroundings = {
  /** The body of an event as the API would send it. */
  write: (book: Book, event: EventRecord) => string
  /** ms since 1970; it dates the signatures. */
  now: () => number
  random: Random
  stop: AbortSignal
}

const MOST_IN_FLIGHT = 8
/** Waiting for their turn or their next try; past it, new events are counted as undelivered and not sent. */
const MOST_WAITING = 20_000
const MOST_TRIES_KEPT = 20_000
/** A shuffled delivery is picked among the next so many. */
const SHUFFLED_AMONG = 32

/** Tells one endpoint of events: a few at a time, again after failures, until `stop`. */
export function createDeliveries(endpoint: Endpoint, { write, now, random, stop }: Surroundings) {
  const ready: Job[] = []
  const tries: DeliveryTry[] = []
  const sending = new Map<AbortController, Promise<void>>()
  const resting = new Set<NodeJS.Timeout>()
  let waiters: (() => void)[] = []
  const { book } = endpoint

  stop.addEventListener('abort', () => {
    for (const timer of resting) clearTimeout(timer)
    resting.clear()
    ready.length = 0
    for (const controller of sending.keys()) controller.abort()
    tellIdle()
  })

  function add(event: EventRecord) {
    book.undelivered.set(event.id, (book.undelivered.get(event.id) ?? 0) + 1)
    queue(event)
  }

  function queue(event: EventRecord) {
    if (ready.length + resting.size >= MOST_WAITING) return
    ready.push({ event, attempt: 1, again: false })
    pump()
  }

  function pump() {
    while (sending.size < MOST_IN_FLIGHT && ready.length > 0 && !stop.aborted) {
      const among = endpoint.order === 'shuffled' ? Math.min(SHUFFLED_AMONG, ready.length) : 1
      const [job] = ready.splice(Math.floor(random.fraction() * among), 1)
      if (!job) return
      const controller = new AbortController()
      const done = run(job, controller).then(() => {
        sending.delete(controller)
        pump()
        tellIdle()
      })
      sending.set(controller, done)
    }
  }

  function isIdle() {
    return sending.size + ready.length + resting.size === 0
  }

  function tellIdle() {
    if (!isIdle()) return
    for (const tell of waiters) tell()
    waiters = []
  }

  async function run(job: Job, controller: AbortController): Promise<void> {
    const { event, attempt } = job
    const body = write(book, event)
    const timer = setTimeout(() => controller.abort(), endpoint.timeout_ms)
    const status = await send(endpoint, { body, now, signal: controller.signal })
    clearTimeout(timer)
    if (tries.length >= MOST_TRIES_KEPT) tries.splice(0, MOST_TRIES_KEPT / 2)
    tries.push({ event: event.id, type: event.type, attempt, status })
    if (status !== null && status >= 200 && status < 300) take(job)
    else rest(job)
  }

  function take(job: Job) {
    if (job.again) return
    const left = (book.undelivered.get(job.event.id) ?? 1) - 1
    if (left > 0) book.undelivered.set(job.event.id, left)
    else book.undelivered.delete(job.event.id)
    if (!stop.aborted && random.fraction() < endpoint.duplicates)
      ready.push({ ...job, attempt: 1, again: true })
  }

  function rest(job: Job) {
    const delay = endpoint.retry_delays_ms[job.attempt - 1]
    if (delay === undefined || stop.aborted) return
    const timer = setTimeout(() => {
      resting.delete(timer)
      ready.push({ ...job, attempt: job.attempt + 1 })
      pump()
    }, delay)
    resting.add(timer)
  }

  return {
    /** Something happened. */
    add,
    /** As "Resend" in Stripe's dashboard: the event is told once more. */
    resend: queue,
    tries,
    /** Resolves when nothing is under way and nothing waits for another try. */
    settled: () => (isIdle() ? Promise.resolve() : new Promise<void>((resolve) => waiters.push(resolve))),
    /** After `stop`: resolves when the last connection is gone. */
    async closed() {
      await Promise.all(sending.values())
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>

type Sending = { body: string; now: () => number; signal: AbortSignal }

async function send(endpoint: Endpoint, { body, now, signal }: Sending): Promise<number | null> {
  const { secret, url, book } = endpoint
  const seconds = Math.floor(now() / 1000)
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'Stripe-Signature': signatureHeader({ body, secret, seconds, livemode: book.livemode }),
  }
  try {
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return null
  }
}
