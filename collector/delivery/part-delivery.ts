import { createHash } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { ByteWriter } from '../journal/byte-writer.ts'
import { encodeRows } from '../journal/row-codec.ts'
import { backOff } from './backoff.ts'
import type { EncodedPart } from './batch-encoder.ts'
import { insertNative } from './insert-native.ts'
import { NativeBlock } from './native-block.ts'
import { isRefusal } from './refusal.ts'
import type { BatchRange } from './stored-ids.ts'

/** What delivery needs from the process around it. */
export type Sending = {
  client: ClickHouseClient
  log: Logger
  /** Ends all tries at once; what was not confirmed stays in the journal. */
  signal: AbortSignal
  /** Puts the bytes of a row that ClickHouse refuses where they are not lost. */
  quarantine: (name: string, bytes: Uint8Array) => Promise<void>
}

/** The rows of a batch for one part of one table. */
export type Part<Row> = EncodedPart<Row> & {
  batchId: bigint
  token: string
  /** An earlier process may have sent it. */
  doubtful: boolean
  /** The rows, read from the journal. */
  load: () => Promise<Row[]>
}

/** Rows under a token. `sends` counts tries that may have arrived; `answered` says that a later one was confirmed. */
type Attempt<Row> = { rows: Row[] | null; body: Buffer; token: string; sends: number; answered: boolean }

const triesBeforeIsolation = 5
const triesOfOneRow = 20
const mostRefusedRows = 16

/**
 * Brings the rows of one part into their table, each exactly once, however the tries end.
 *
 * A token's first try that is confirmed is done, unless an earlier process may have used it. After any other the rows that arrived are counted, by batch_id and event_id:
 * all, done; none, again under the same token, because the try may still be running; some, the missing ones under a
 * new token. A repeated token that is confirmed while its rows are absent was recorded by a killed engine without its
 * part (the log is written before the rename), and goes out under a new token too.
 */
export class PartDelivery<Row> {
  #part: Part<Row>
  #sending: Sending
  #doubt: boolean
  #refused: Attempt<Row>[] = []
  #accepted = false

  constructor(part: Part<Row>, sending: Sending) {
    this.#part = part
    this.#sending = sending
    this.#doubt = part.doubtful
  }

  /** Resolves when every row is in the table or in quarantine. Throws only when the signal came. */
  async run(): Promise<void> {
    const { body, token, doubtful } = this.#part
    const queue: Attempt<Row>[] = [{ rows: null, body, token, sends: doubtful ? 1 : 0, answered: false }]
    for (let attempt = queue.pop(); attempt; attempt = queue.pop()) {
      const isolating = queue.length + this.#refused.length > 0
      const refused = await this.#complete(attempt, isolating ? 1 : this.#patience)
      if (refused) queue.push(...(await this.#isolate(refused)))
      else this.#accepted = true
      if (this.#refused.length > mostRefusedRows || queue.length === 0)
        queue.push(...(await this.#judge(queue.splice(0))))
    }
    if (this.#doubt) await this.#repair()
  }

  // A batch of one row has no other to compare with, so only time can tell (about three minutes).
  get #patience(): number {
    return this.#part.rows === 1 ? triesOfOneRow : triesBeforeIsolation
  }

  // Gives back what ClickHouse refuses, or null when all is stored.
  async #complete(first: Attempt<Row>, patience: number): Promise<Attempt<Row> | null> {
    let attempt = first
    let refusals = 0
    for (let tries = 0; ; tries++) {
      try {
        const next = attempt.sends > 0 ? await this.#lookFor(attempt) : attempt
        if (!next) return null
        attempt = next
        attempt.sends++
        await this.#insert(attempt)
        if (attempt.sends === 1 && !this.#part.doubtful) return null
        attempt.answered = true
      } catch (error) {
        this.#sending.signal.throwIfAborted()
        this.#doubt = true
        if (isRefusal(error) && ++refusals >= patience) return attempt
        this.#warn(error, tries)
        await backOff(tries, this.#sending.signal)
      }
    }
  }

  async #insert({ body, token }: Attempt<Row>): Promise<void> {
    const { table, columns } = this.#part
    await insertNative(
      this.#sending.client,
      { table: table.name, columns, body, token },
      this.#sending.signal,
    )
  }

  // What is still to be sent of a doubtful attempt, or null when all of it arrived.
  async #lookFor(attempt: Attempt<Row>): Promise<Attempt<Row> | null> {
    const { table } = this.#part
    const rows = await this.#rowsOf(attempt)
    if (rows.length === 0) return null
    const stored = await table.stored(this.#sending.client, this.#rangeOf(rows))
    const missing = rows.filter((row) => !stored.has(table.id(row)))
    if (missing.length < rows.length) this.#accepted = true
    if (missing.length === 0) return null
    return attempt.answered || missing.length < rows.length
      ? this.#attemptOf(missing, attempt.token)
      : attempt
  }

  async #rowsOf(attempt: Attempt<Row>): Promise<Row[]> {
    attempt.rows ??= await this.#part.load()
    return attempt.rows
  }

  #rangeOf(rows: Row[]): BatchRange {
    const times = rows.map(this.#part.table.time)
    const from = times.reduce((one, other) => Math.min(one, other))
    const to = times.reduce((one, other) => Math.max(one, other))
    return { batchId: this.#part.batchId, from, to }
  }

  // The new token follows from the last one and the rows: should an earlier process's last try still be running, the
  // same rows go out under the same token, and it counts once.
  #attemptOf(rows: Row[], last: string): Attempt<Row> {
    const { table, batchId, token } = this.#part
    const block = new NativeBlock(table.columns({ id: batchId }))
    block.append(rows)
    const hash = createHash('sha256').update(last)
    for (const row of rows) hash.update(table.id(row))
    const fresh = `${token}~${hash.digest('hex').slice(0, 24)}`
    return { rows, body: block.finish(), token: fresh, sends: 0, answered: false }
  }

  async #isolate(attempt: Attempt<Row>): Promise<Attempt<Row>[]> {
    const rows = await this.#rowsOf(attempt)
    if (rows.length === 1) {
      this.#refused.push(attempt)
      return []
    }
    const middle = Math.ceil(rows.length / 2)
    return [rows.slice(middle), rows.slice(0, middle)].map((half) => this.#attemptOf(half, attempt.token))
  }

  // Few refused rows among accepted ones are at fault themselves. Otherwise the fault lies with the table, and all wait.
  async #judge(rest: Attempt<Row>[]): Promise<Attempt<Row>[]> {
    const refused = this.#refused
    this.#refused = []
    if (refused.length === 0) return rest
    const others = this.#accepted || this.#part.rows === 1
    if (others && refused.length <= mostRefusedRows) {
      for (const attempt of refused) await this.#tryOnceMore(attempt)
      return rest
    }
    const rows = (await Promise.all([...refused, ...rest].map((attempt) => this.#rowsOf(attempt)))).flat()
    this.#sending.log.error(
      { table: this.#part.table.name, batch: this.#part.token, rows: rows.length },
      'ClickHouse refuses whole batches: they stay in the journal and are tried again; look at the table',
    )
    await backOff(10, this.#sending.signal)
    return [this.#attemptOf(rows, this.#part.token)]
  }

  // The table may have been mended while the rows were told apart.
  async #tryOnceMore(attempt: Attempt<Row>): Promise<void> {
    const rows = await this.#rowsOf(attempt)
    if (!(await this.#complete(this.#attemptOf(rows, attempt.token), 1))) return
    for (const row of rows) await this.#quarantine(row)
  }

  async #quarantine(row: Row): Promise<void> {
    const { table, token } = this.#part
    const writer = new ByteWriter()
    encodeRows(writer, table.alone(row))
    const name = `${token.replaceAll('/', '-')}-${table.id(row)}.refused`
    await this.#sending.quarantine(name, writer.written())
    this.#sending.log.error(
      { table: table.name, file: name },
      'a row that ClickHouse refuses was put into quarantine',
    )
  }

  async #repair(): Promise<void> {
    const rows = await this.#part.load()
    if (rows.length === 0) return
    for (let tries = 0; ; tries++) {
      try {
        return await this.#part.table.repair(this.#sending.client, this.#rangeOf(rows))
      } catch (error) {
        this.#sending.signal.throwIfAborted()
        this.#warn(error, tries)
        await backOff(tries, this.#sending.signal)
      }
    }
  }

  #warn(error: unknown, tries: number): void {
    const { table, token, rows } = this.#part
    const facts = { err: error, table: table.name, batch: token, rows, tries: tries + 1 }
    this.#sending.log.warn(facts, 'a batch was not confirmed by ClickHouse; it stays in the journal')
  }
}
