import { Session } from 'chdb'
import { asClickHouseException, exception } from './exception.ts'

/** How a pool of sessions is made. */
export type SessionPoolOptions = {
  /** The data directory of the engine. */
  path: string
  /** SQL that every session runs first. */
  prologue: readonly string[]
  /** Queries at once. A session runs one query at a time: https://github.com/chdb-io/chdb-node, "one connection". */
  size: number
  /** Queries that may wait for a session; one more is refused with code 202. */
  maxWaiting: number
}

/** A session while one query has it. */
export type CheckedOut = {
  session: Session
  /** Throws the session away after this query, since something was set that must not stick. */
  discard: () => void
}

/**
 * Sessions that are each given to one query at a time. A new one costs half a millisecond, so one in which anything was
 * set is thrown away: a setting that sticks has lost data (an insert without a token after one with a token was dropped
 * as its duplicate, and success was reported).
 */
export class SessionPool {
  private readonly options: SessionPoolOptions
  private readonly idle: Session[] = []
  private readonly waiting: (() => void)[] = []
  private readonly watching: (() => void)[] = []
  private running = 0

  constructor(options: SessionPoolOptions) {
    this.options = options
  }

  /** Queries that run or wait. */
  get load(): number {
    return this.running + this.waiting.length
  }

  /** Runs `work` with a session of its own once one is free. Throws code 202 when too many wait already. */
  async run<T>(work: (checkedOut: CheckedOut) => Promise<T>): Promise<T> {
    await this.enter()
    let reusable = true
    let session: Session | undefined
    try {
      session = this.idle.pop() ?? (await openSession(this.options.path, this.options.prologue))
      const discard = () => {
        reusable = false
      }
      return await work({ session, discard })
    } finally {
      if (session !== undefined && reusable) this.idle.push(session)
      else session?.close()
      this.leave()
    }
  }

  /** Resolves when nothing runs or waits. */
  async idleness(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.watching.push(resolve))
  }

  /** Closes the idle sessions. Call it when nothing runs. */
  close(): void {
    for (const session of this.idle.splice(0)) session.close()
  }

  private async enter(): Promise<void> {
    if (this.running < this.options.size) {
      this.running += 1
      return
    }
    if (this.waiting.length >= this.options.maxWaiting) {
      const { size, maxWaiting } = this.options
      throw exception(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries: ${size} run and ${maxWaiting} wait already.`,
      )
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  // the place goes to the one that waited longest, so nobody can slip in between
  private leave(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.running -= 1
    if (this.running === 0) for (const resolve of this.watching.splice(0)) resolve()
  }
}

/** Opens a session and runs its prologue. */
export async function openSession(path: string, prologue: readonly string[]): Promise<Session> {
  const session = new Session(path)
  try {
    for (const sql of prologue) await session.queryAsync(sql)
    return session
  } catch (error) {
    session.close()
    throw asClickHouseException(error)
  }
}
