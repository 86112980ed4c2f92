import { exception } from './exception.ts'
import { type InsertWithData, parseInsertWithData } from './insert-statement.ts'
import { quoteString } from './quote.ts'
import { isSymbol, isWord, type Token, tokens, utf8 } from './tokens.ts'
import type { EngineRole } from './users.ts'

/** A statement without rows of its own: one that gives rows, or one that changes something. */
export type OtherStatement = {
  kind: 'read' | 'change'
  sql: string
  /** The format that the statement names itself. */
  format: string | null
  /** Where INTO OUTFILE fits, in bytes from the start. */
  outfileAt: number
  placeholders: readonly string[]
  /** It could leave a read-only session. */
  escapesReadonly: boolean
}

export type Statement = OtherStatement | InsertWithData

const reading = new Set(['SELECT', 'WITH', 'FROM', '(', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'])

/**
 * Reads one statement as far as this front must understand it.
 *
 * @param text bytes as latin1; the rows of an insert may follow
 * @param complete false when more bytes follow that belong to the text, as the rows of an insert do
 * @throws ClickHouseException when it is several statements, not closed, or would touch a file
 */
export function parseStatement(text: string, complete: boolean): Statement {
  const insert = parseInsertWithData(text)
  if (insert !== null) {
    const readable = insert.format === 'Values' && complete ? text : text.slice(0, insert.dataAt)
    const all = readTokens(readable)
    refuseFiles(all)
    return { ...insert, placeholders: findPlaceholders(all) }
  }
  if (!complete) throw exception('SYNTAX_ERROR', `Max query size exceeded: ${text.length} bytes.`)
  const all = readTokens(text)
  const statement = withoutSemicolon(all)
  refuseFiles(statement)
  if (statement.length === 0) throw exception('SYNTAX_ERROR', 'Syntax error: Empty query.')
  const format = findFormat(statement)
  const last = statement.at(-1)
  return {
    kind: reading.has(statement[0]?.text.toUpperCase() ?? '') ? 'read' : 'change',
    sql: utf8(text.slice(0, last?.end ?? 0)),
    format: format?.name ?? null,
    outfileAt: format?.at ?? last?.end ?? 0,
    placeholders: findPlaceholders(statement),
    escapesReadonly: isDescribeOfFunction(statement) || hasSettings(statement),
  }
}

/**
 * Refuses what a role may not run, before the engine sees it. The reader's sessions are read-only in the engine too, but
 * that alone is not enough in 26.7: `(SELECT * FROM file('/etc/passwd') SETTINGS readonly = 0)` as a subquery reads the
 * file, and KILL QUERY, BACKUP, DESCRIBE of a remote table and the function `file` are allowed.
 */
export function refuseForRole(statement: Statement, role: EngineRole): void {
  if (role === 'reader' && (statement.kind !== 'read' || statement.escapesReadonly)) {
    throw exception('READONLY', 'reader: Cannot execute query in readonly mode.')
  }
}

/** The statement with its result going to a file, for results that do not fit in memory. */
export function intoOutfile(
  statement: { sql: string; outfileAt: number; format: string | null },
  target: { path: string; format: string },
): string {
  const bytes = Buffer.from(statement.sql)
  const before = bytes.subarray(0, statement.outfileAt).toString()
  const after = bytes.subarray(statement.outfileAt).toString()
  const format = statement.format === null ? ` FORMAT ${target.format}` : ''
  return `${before} INTO OUTFILE ${quoteString(target.path)} ${after}${format}`
}

function readTokens(text: string): Token[] {
  try {
    return [...tokens(text)]
  } catch (error) {
    if (error instanceof SyntaxError) throw exception('SYNTAX_ERROR', `Syntax error: ${error.message}.`)
    throw error
  }
}

function withoutSemicolon(all: Token[]): Token[] {
  const at = all.findIndex((token) => isSymbol(token, ';'))
  if (at < 0) return all
  if (all.slice(at).some((token) => !isSymbol(token, ';'))) {
    throw exception('SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed).')
  }
  return all.slice(0, at)
}

// chDB is clickhouse-local, which reads and writes files wherever the process may; a server does neither over HTTP.
// `file` is refused as any bare name, because `APPLY(file)` and `arrayMap(file, ...)` call it without parentheses.
function refuseFiles(all: Token[]): void {
  for (const [index, token] of all.entries()) {
    const next = all[index + 1]
    if (isWord(token, 'INTO') && isWord(next, 'OUTFILE')) {
      throw exception('INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed.')
    }
    if (isWord(token, 'INFILE') && isWord(all[index - 1], 'FROM')) {
      throw exception('UNKNOWN_TYPE_OF_QUERY', 'Query has infile and was send directly to server.')
    }
    if ((token.kind === 'word' || token.kind === 'quoted') && token.text === 'file') {
      throw exception(
        'DATABASE_ACCESS_DENIED',
        'Files cannot be read here, and `file` is no name for a column.',
      )
    }
  }
}

// The settings of a subquery hold in a read-only session, `readonly` itself among them. A column of this name must be
// quoted or qualified.
function hasSettings(all: Token[]): boolean {
  return all.some((token, index) => {
    const before = all[index - 1]
    return isWord(token, 'SETTINGS') && !isSymbol(before, '.') && !(index === 1 && isWord(before, 'SHOW'))
  })
}

function isDescribeOfFunction(all: Token[]): boolean {
  if (!isWord(all[0], 'DESCRIBE') && !isWord(all[0], 'DESC')) return false
  const target = all.slice(isWord(all[1], 'TABLE') ? 2 : 1)
  const isSubquery = isSymbol(target[0], '(')
  return !isSubquery && target.some((token) => isSymbol(token, '('))
}

// {name:Type}; a map literal's key is no identifier, so it cannot be taken for one
function findPlaceholders(all: Token[]): string[] {
  const names = all.flatMap((token, index) => {
    const name = all[index + 1]
    const isName = name?.kind === 'word' || name?.kind === 'quoted'
    return isSymbol(token, '{') && isName && isSymbol(all[index + 2], ':') ? [utf8(name.text)] : []
  })
  return [...new Set(names)]
}

// FORMAT ends the statement, or only SETTINGS follows; elsewhere `format` is somebody's column
function findFormat(all: Token[]): { name: string; at: number } | null {
  let depth = 0
  let found: { name: string; at: number } | null = null
  for (const [index, token] of all.entries()) {
    if (isSymbol(token, '(') || isSymbol(token, '[') || isSymbol(token, '{')) depth += 1
    if (isSymbol(token, ')') || isSymbol(token, ']') || isSymbol(token, '}')) depth -= 1
    const name = all[index + 1]
    const after = all[index + 2]
    const ends = after === undefined || isWord(after, 'SETTINGS')
    if (depth === 0 && index > 0 && isWord(token, 'FORMAT') && name?.kind === 'word' && ends) {
      found = { name: name.text, at: token.start }
    }
  }
  return found
}
