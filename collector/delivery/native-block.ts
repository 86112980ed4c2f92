import { ByteWriter } from '../journal/byte-writer.ts'
import type { Column } from './native-column.ts'

/**
 * One block of ClickHouse's Native format: the rows of a batch, column by column. Each value is encoded when its row
 * comes, so that a batch of many rows never stops the event loop at its end.
 */
export class NativeBlock<Row> {
  #columns: Column<Row>[]
  #writer = new ByteWriter(64 * 1024)
  #rows = 0

  constructor(columns: Column<Row>[]) {
    this.#columns = columns
  }

  get rows(): number {
    return this.#rows
  }

  /** The columns as an INSERT names them. */
  get columnNames(): string[] {
    return this.#columns.map((column) => column.name)
  }

  append(rows: readonly Row[]): void {
    for (const column of this.#columns) column.append(rows)
    this.#rows += rows.length
  }

  /** The block's bytes, valid until `clear`. */
  finish(): Buffer {
    const writer = this.#writer
    writer.clear()
    writer.varint(this.#columns.length)
    writer.varint(this.#rows)
    for (const column of this.#columns) {
      writer.text(column.name)
      writer.text(column.type)
      if (this.#rows > 0) column.write(writer)
    }
    return writer.written()
  }

  clear(): void {
    this.#rows = 0
    this.#writer.clear()
    for (const column of this.#columns) column.clear()
  }
}
