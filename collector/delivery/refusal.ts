import { ClickHouseError } from '@clickhouse/client'

// CANNOT_PARSE_TEXT, CANNOT_PARSE_QUOTED_STRING, CANNOT_PARSE_INPUT_ASSERTION_FAILED, CANNOT_READ_ALL_DATA,
// TYPE_MISMATCH, CANNOT_CONVERT_TYPE, INCORRECT_DATA, TOO_LARGE_STRING_SIZE, TOO_LARGE_ARRAY_SIZE, CORRUPTED_DATA,
// VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE, DECIMAL_OVERFLOW, VIOLATED_CONSTRAINT
const aboutTheRows = new Set([
  '6',
  '26',
  '27',
  '33',
  '53',
  '70',
  '117',
  '128',
  '131',
  '246',
  '321',
  '407',
  '469',
])

/**
 * Whether ClickHouse said that it cannot take these very rows, so that the same bytes would be refused for ever.
 * Everything else (no connection, no memory, no disk, a table that is missing) is about the engine, and passes.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof ClickHouseError && aboutTheRows.has(error.code)
}
