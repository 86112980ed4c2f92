import { ByteWriter } from '../journal/byte-writer.ts'
import { parseUuid } from '../journal/uuid-bytes.ts'
import { Dictionary } from './native-dictionary.ts'

/** A column of a Native block that takes values row by row. Its type is ClickHouse's name for it. */
export type Column<Row> = {
  name: string
  type: string
  append: (rows: readonly Row[]) => void
  write: (into: ByteWriter) => void
  clear: () => void
}

function plainColumn<Row>(column: {
  name: string
  type: string
  put: (writer: ByteWriter, row: Row) => void
}): Column<Row> {
  const { name, type, put } = column
  const writer = new ByteWriter()
  return {
    name,
    type,
    append: (rows) => {
      for (const row of rows) put(writer, row)
    },
    write: (into) => into.raw(writer.written()),
    clear: () => writer.clear(),
  }
}

export function uint8<Row>(name: string, read: (row: Row) => number): Column<Row> {
  return plainColumn({ name, type: 'UInt8', put: (writer, row) => writer.uint8(read(row)) })
}

export function uint32<Row>(name: string, read: (row: Row) => number): Column<Row> {
  return plainColumn({ name, type: 'UInt32', put: (writer, row) => writer.uint32(read(row)) })
}

export function uint64<Row>(name: string, read: (row: Row) => bigint): Column<Row> {
  return plainColumn({ name, type: 'UInt64', put: (writer, row) => writer.uint64(read(row)) })
}

/** An Int64 from a safe integer. */
export function int64<Row>(name: string, read: (row: Row) => number): Column<Row> {
  return plainColumn({ name, type: 'Int64', put: (writer, row) => writer.int64(read(row)) })
}

/** A Date from days since 1970. */
export function date<Row>(name: string, read: (row: Row) => number): Column<Row> {
  return plainColumn({ name, type: 'Date', put: (writer, row) => writer.uint16(read(row)) })
}

/** A DateTime64(3, 'UTC') from milliseconds since 1970. */
export function instant<Row>(name: string, read: (row: Row) => number): Column<Row> {
  return plainColumn({ name, type: "DateTime64(3, 'UTC')", put: (writer, row) => writer.int64(read(row)) })
}

export function text<Row>(name: string, read: (row: Row) => string): Column<Row> {
  return plainColumn({ name, type: 'String', put: (writer, row) => writer.text(read(row)) })
}

/** A UUID from its text: two little-endian halves, so each half's bytes are turned round. */
export function uuid<Row>(name: string, read: (row: Row) => string): Column<Row> {
  const bytes = Buffer.alloc(16)
  const put = (writer: ByteWriter, row: Row) => {
    parseUuid(read(row), bytes)
    bytes.swap64()
    writer.raw(bytes)
  }
  return plainColumn({ name, type: 'UUID', put })
}

/** A LowCardinality(String), with one dictionary for the whole block. */
export function lowCardinality<Row>(name: string, read: (row: Row) => string): Column<Row> {
  const dictionary = new Dictionary()
  return {
    name,
    type: 'LowCardinality(String)',
    append: (rows) => {
      for (const row of rows) dictionary.add(read(row))
    },
    write: (into) => dictionary.write(into),
    clear: () => dictionary.clear(),
  }
}

/** A Map(String, String): where each row's pairs end, then all names, then all values. */
export function stringMap<Row>(name: string, read: (row: Row) => Record<string, string>): Column<Row> {
  const ends = new ByteWriter()
  const names = new ByteWriter()
  const values = new ByteWriter()
  let pairs = 0
  const put = (row: Row) => {
    const map = read(row)
    for (const key of Object.keys(map)) {
      names.text(key)
      values.text(map[key] ?? '')
      pairs++
    }
    ends.int64(pairs)
  }
  return {
    name,
    type: 'Map(String, String)',
    append: (rows) => {
      for (const row of rows) put(row)
    },
    write: (into) => {
      for (const part of [ends, names, values]) into.raw(part.written())
    },
    clear: () => {
      for (const part of [ends, names, values]) part.clear()
      pairs = 0
    },
  }
}
