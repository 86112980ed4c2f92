import { LRUCache } from 'lru-cache'
import { type Basis, type Clients, keepSums } from './keep.ts'
import { type Grouping, readVisitorSums, type VisitorSums } from './kept-sums.ts'
import { type OtherAmount, readOtherAmounts } from './other-amounts.ts'
import { type PaidSums, readPaidSums } from './paid-sums.ts'
import type { Scope } from './scope.ts'

/** Everything that was added up for a test. */
export type TestSums = { visitors: VisitorSums[]; paid: PaidSums[]; others: OtherAmount[] }

const mostTests = 200

/**
 * The sums of tests. Days that do not change are kept in tables (keep.ts), days that do, such as today, are added up at
 * each look; while nothing was inserted since the last look, its sums are the answer. Panels that ask at once share the
 * work.
 */
export class SumReader {
  readonly #clients: Clients
  readonly #looking = new Map<string, Promise<Basis>>()
  readonly #last = new LRUCache<string, { facts: string; sums: TestSums }>({ max: mostTests })

  constructor(clients: Clients) {
    this.#clients = clients
  }

  /** Sums by day of exposure, or by device, source and country. */
  async read(scope: Scope, grouping: Grouping): Promise<TestSums> {
    const test = JSON.stringify(scope)
    const { moving, facts } = await this.#look(test, scope)
    const place = `${grouping} ${test}`
    const last = this.#last.get(place)
    if (last !== undefined && last.facts === facts) return last.sums
    const { reader } = this.#clients
    const how = { moving, grouping }
    const [visitors, paid, others] = await Promise.all([
      readVisitorSums(reader, scope, how),
      readPaidSums(reader, scope, how),
      grouping === 'days' ? readOtherAmounts(reader, scope) : [],
    ])
    const sums = { visitors, paid, others }
    if (facts !== null) this.#last.set(place, { facts, sums })
    return sums
  }

  async #look(test: string, scope: Scope): Promise<Basis> {
    const begun = this.#looking.get(test)
    if (begun !== undefined) return await begun
    const looking = keepSums(this.#clients, scope).finally(() => this.#looking.delete(test))
    this.#looking.set(test, looking)
    return await looking
  }
}
