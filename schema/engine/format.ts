const exact = new Map([
  ['JSON', 'application/json; charset=UTF-8'],
  ['JSONCompact', 'application/json; charset=UTF-8'],
  ['JSONStrings', 'application/json; charset=UTF-8'],
  ['JSONCompactStrings', 'application/json; charset=UTF-8'],
  ['JSONColumns', 'application/json; charset=UTF-8'],
  ['JSONColumnsWithMetadata', 'application/json; charset=UTF-8'],
  ['JSONCompactColumns', 'application/json; charset=UTF-8'],
  ['JSONObjectEachRow', 'application/json; charset=UTF-8'],
  ['XML', 'application/xml; charset=UTF-8'],
  ['Parquet', 'application/octet-stream'],
  ['Native', 'application/octet-stream'],
  ['Arrow', 'application/octet-stream'],
  ['ArrowStream', 'application/octet-stream'],
  ['RowBinary', 'application/octet-stream'],
  ['RowBinaryWithNames', 'application/octet-stream'],
  ['RowBinaryWithNamesAndTypes', 'application/octet-stream'],
])

/** The content type that a ClickHouse server gives with a format. */
export function contentTypeOf(format: string): string {
  if (/^JSON.*EachRow/.test(format) && format !== 'JSONObjectEachRow')
    return 'application/x-ndjson; charset=UTF-8'
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=present'
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8'
  return exact.get(format) ?? 'text/plain; charset=UTF-8'
}
