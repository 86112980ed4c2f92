/** The exceptions that this front raises itself; all others come from ClickHouse. Codes are ClickHouse's. */
const ownCodes = {
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_TYPE_OF_QUERY: 78,
  READONLY: 164,
  REQUIRED_PASSWORD: 194,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  QUERY_IS_TOO_LARGE: 229,
  NOT_ENOUGH_SPACE: 243,
  ABORTED: 236,
  DATABASE_ACCESS_DENIED: 291,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  CANNOT_DECOMPRESS: 271,
  SETTING_CONSTRAINT_VIOLATION: 452,
  UNKNOWN_QUERY_PARAMETER: 456,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
  LOGICAL_ERROR: 49,
} as const

export type OwnExceptionType = keyof typeof ownCodes

// https://github.com/ClickHouse/ClickHouse/blob/master/src/Server/HTTP/exceptionCodeToHTTPStatus.cpp
const statusesByCode: readonly (readonly [status: number, codes: readonly number[]])[] = [
  [401, [194]],
  [403, [192, 193, 497, 516, 512]],
  [
    400,
    [
      6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675,
      676,
    ],
  ],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [413, [229]],
  [501, [48]],
  [503, [76, 209, 439]],
  [408, [159]],
]

/**
 * A refusal as ClickHouse words it. It is thrown, because it may come from any depth, and becomes an answer at one
 * place: `exceptionBody` and `status` there.
 */
export class ClickHouseException extends Error {
  readonly code: number
  readonly type: string

  constructor(exception: { code: number; type: string; text: string; cause?: unknown }) {
    super(exception.text, { cause: exception.cause })
    this.name = 'ClickHouseException'
    this.code = exception.code
    this.type = exception.type
  }

  /** The HTTP status that a ClickHouse server would give. */
  get status(): number {
    return statusesByCode.find(([, codes]) => codes.includes(this.code))?.[0] ?? 500
  }
}

/** An exception of this front, with the code that ClickHouse has for its type. */
export function exception(type: OwnExceptionType, text: string): ClickHouseException {
  return new ClickHouseException({ code: ownCodes[type], type, text })
}

/** The body of a failed answer, in the words that clients parse. */
export function exceptionBody(fault: ClickHouseException, version: string): string {
  return `Code: ${fault.code}. DB::Exception: ${fault.message} (${fault.type}) (version ${version})\n`
}

// node's words for a full disk or quota, where a body or a result goes through a file
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

// "Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format. (UNKNOWN_FORMAT) (version 26.7). (UNKNOWN_FORMAT)"
const wrapping = /^Code: (\d+)\. DB::Exception: /
const suffix = /\.?\s*\(([A-Z0-9_]+)\)(?: \(version [^)]*\))?\.?\s*$/

/**
 * Reads an error thrown by chDB.
 *
 * @param hidden a path of ours that the text must not show, such as the file of an insert's body
 */
export function asClickHouseException(error: unknown, hidden?: string): ClickHouseException {
  if (error instanceof ClickHouseException) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = wrapping.exec(message)?.[1]
  if (isDiskFull(error))
    return new ClickHouseException({
      code: ownCodes.NOT_ENOUGH_SPACE,
      type: 'NOT_ENOUGH_SPACE',
      text: 'No space is left on the disk for what the query brought. Nothing of it was stored.',
      cause: error,
    })
  if (code === undefined)
    return new ClickHouseException({ code: 49, type: 'LOGICAL_ERROR', text: message, cause: error })
  let text = message
  let type = 'UNKNOWN'
  while (wrapping.test(text)) {
    text = text.replace(wrapping, '')
    for (let found = suffix.exec(text); found?.[1]; found = suffix.exec(text)) {
      type = found[1]
      text = text.slice(0, found.index)
    }
  }
  if (hidden !== undefined)
    text = text.replaceAll(`(in file/uri ${hidden})`, '').replaceAll(hidden, 'the body')
  return new ClickHouseException({
    code: Number(code),
    type,
    text: text.endsWith('.') ? text : `${text}.`,
    cause: error,
  })
}
