import type { AcceptedRows, ClaimRow, EventRow } from '../accepted-rows.ts'
import { claimsTable, type DeliveredTable, eventsTable } from './delivered-table.ts'
import { isIn, type Month, monthOf } from './month.ts'
import { NativeBlock } from './native-block.ts'
import type { CurrentBatch } from './table-columns.ts'

/** The rows of a batch that go into one part of one table, encoded. */
export type EncodedPart<Row> = {
  table: DeliveredTable<Row>
  rows: number
  columns: string[]
  body: Buffer
  /** Which partition, for a table that has them. */
  month: Month | null
}

type MonthBlock = { month: Month; block: NativeBlock<EventRow> }

/** A batch as blocks for its tables, encoded while its rows come. Used again after `clear`. */
export class BatchEncoder {
  #batch: CurrentBatch = { id: 0n }
  #claims = new NativeBlock<ClaimRow>(claimsTable.columns(this.#batch))
  #months: MonthBlock[] = []
  #last: MonthBlock | null = null

  append(requests: readonly AcceptedRows[], batchId: bigint): void {
    this.#batch.id = batchId
    const events = requests.flatMap((rows) => rows.events)
    const claims = requests.flatMap((rows) => rows.claims)
    this.#claims.append(claims)
    const month = this.#last?.month
    if (month && events.every((event) => isIn(month, event.received_at))) this.#last?.block.append(events)
    else for (const event of events) this.#blockAt(event.received_at).append([event])
  }

  /** The claims, or null without any. */
  claims(): EncodedPart<ClaimRow> | null {
    if (this.#claims.rows === 0) return null
    return { table: claimsTable, month: null, ...encoded(this.#claims) }
  }

  /** The events, month by month: an insert is one part then, there whole or not at all. */
  events(): EncodedPart<EventRow>[] {
    const filled = this.#months.filter(({ block }) => block.rows > 0)
    return filled.map(({ month, block }) => ({ table: eventsTable, month, ...encoded(block) }))
  }

  clear(): void {
    this.#claims.clear()
    for (const { block } of this.#months) block.clear()
    if (this.#last) this.#months = [this.#last]
  }

  #blockAt(ms: number): NativeBlock<EventRow> {
    let found = this.#months.find(({ month }) => isIn(month, ms))
    if (!found) {
      found = { month: monthOf(ms), block: new NativeBlock(eventsTable.columns(this.#batch)) }
      this.#months.push(found)
    }
    this.#last = found
    return found.block
  }
}

function encoded<Row>(block: NativeBlock<Row>) {
  return { rows: block.rows, columns: block.columnNames, body: block.finish() }
}
