/** A piece of SQL. Offsets count bytes, because the text is read as latin1. */
export type Token = {
  kind: 'word' | 'quoted' | 'string' | 'symbol'
  /** A word as written; a quoted identifier without its quotes and escapes; a symbol's one character. */
  text: string
  start: number
  end: number
}

/** Why a text is no SQL that ClickHouse would read, or null at its end. */
type Scan = { token: Token } | { skip: number } | { broken: string }

/**
 * Cuts SQL into tokens as ClickHouse's own lexer does, comments and whitespace left out:
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/Parsers/Lexer.cpp
 * (nested comments, heredocs, typographic quotes, backslash escapes and doubled quotes included).
 *
 * It is lazy, since the data of an insert may follow the statement and is no SQL.
 *
 * @param sql bytes as latin1, so that offsets are those of the bytes and no invalid UTF-8 can shift them
 * @throws SyntaxError when a quote or a comment is not closed
 */
export function* tokens(sql: string, from = 0): Generator<Token> {
  let at = from
  let previous: Token | undefined
  while (at < sql.length) {
    const scan = startsFraction(sql, at, previous) ? notSupported : scanAt(sql, at)
    if ('broken' in scan) throw new SyntaxError(`${scan.broken}: failed at position ${at + 1}`)
    if ('skip' in scan) {
      at = scan.skip
      continue
    }
    yield scan.token
    previous = scan.token
    at = scan.token.end
  }
}

const notSupported: Scan = { broken: 'A number must begin with a digit' }

// ClickHouse reads `.e` as a number unless something stands before it that has parts
function startsFraction(sql: string, at: number, previous: Token | undefined): boolean {
  if (sql.charAt(at) !== '.' || !/[eE]/.test(sql.charAt(at + 1))) return false
  const hasParts =
    previous?.kind === 'word' || previous?.kind === 'quoted' || /^[)\]}]$/.test(previous?.text ?? '')
  return !hasParts
}

const whitespace = /\s+/y
const lineComment = /(?:--|\/\/|#[ !])[^\n]*/y
const word = /[A-Za-z_$][A-Za-z0-9_$]*/y
const number = /0[xX][0-9A-Fa-f_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?/y
const afterDot = /[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?/y
const endsNumber = /[^A-Za-z0-9_$'"`\xe2]|$/y
// x'4142' and b'01' know no escapes
const bytesLiteral = /[xXbB]'[^']*'/y
const heredocTag = /^\$[A-Za-z0-9_]*\$$/
const openingQuote = '\xe2\x80\x98'
const openingDoubleQuote = '\xe2\x80\x9c'

function scanAt(sql: string, at: number): Scan {
  const blank = match(whitespace, sql, at) ?? match(lineComment, sql, at)
  if (blank !== null) return { skip: at + blank.length }
  if (sql.startsWith('/*', at)) return scanComment(sql, at)
  const char = sql.charAt(at)
  if (char === "'" || char === '"' || char === '`') return scanQuoted(sql, at, char)
  if (sql.startsWith(openingQuote, at)) return scanTypographic(sql, at, '\xe2\x80\x99', 'string')
  if (sql.startsWith(openingDoubleQuote, at)) return scanTypographic(sql, at, '\xe2\x80\x9d', 'quoted')
  if (/[0-9]/.test(char)) return scanNumber(sql, at)
  if (char === '\\') return { broken: 'A backslash outside of quotes is not supported' }
  if (char === '$') {
    const heredoc = scanHeredoc(sql, at)
    if (heredoc !== null) return heredoc
  }
  const bytes = match(bytesLiteral, sql, at)
  if (bytes !== null) return scanned('string', bytes, at, at + bytes.length)
  const bare = match(word, sql, at)
  if (bare !== null) return scanned('word', bare, at, at + bare.length)
  return scanned('symbol', char, at, at + 1)
}

function match(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? null
}

function scanned(kind: Token['kind'], text: string, start: number, end: number): Scan {
  return { token: { kind, text, start, end } }
}

// What a number with something attached means depends on what stands before it (`1e--1`, `.1eX`): it is refused, lest
// the two disagree about where a comment or a string begins.
function scanNumber(sql: string, at: number): Scan {
  const text = match(sql.charAt(at - 1) === '.' ? afterDot : number, sql, at) ?? ''
  const end = at + text.length
  if (match(endsNumber, sql, end) === null) return { broken: 'A number must end before the next word' }
  return scanned('word', text, at, end)
}

// ClickHouse takes anything up to the next dollar as the tag; only words are read here, and the rest is refused, lest
// the two disagree about where a string ends
function scanHeredoc(sql: string, at: number): Scan | null {
  const dollar = sql.indexOf('$', at + 1)
  if (dollar < 0) return null
  const tag = sql.slice(at, dollar + 1)
  if (!heredocTag.test(tag)) return { broken: 'The tag of a heredoc must be a word' }
  const close = sql.indexOf(tag, dollar + 1)
  if (close < 0) return { broken: 'Heredoc is not closed' }
  return scanned('string', sql.slice(dollar + 1, close), at, close + tag.length)
}

function scanComment(sql: string, at: number): Scan {
  let depth = 0
  for (let next = at; next < sql.length; ) {
    if (sql.startsWith('/*', next)) depth += 1
    else if (sql.startsWith('*/', next)) depth -= 1
    else {
      next += 1
      continue
    }
    next += 2
    if (depth === 0) return { skip: next }
  }
  return { broken: 'Multiline comment is not closed' }
}

function scanQuoted(sql: string, at: number, quote: string): Scan {
  let text = ''
  for (let next = at + 1; next < sql.length; next += 1) {
    const char = sql.charAt(next)
    if (char === '\\') {
      const escaped = readEscape(sql, next)
      text += escaped.text
      next = escaped.last
    } else if (char !== quote) text += char
    else if (sql.charAt(next + 1) === quote) {
      text += quote
      next += 1
    } else return scanned(quote === "'" ? 'string' : 'quoted', text, at, next + 1)
  }
  return { broken: quote === "'" ? 'Single quoted string is not closed' : 'Quoted identifier is not closed' }
}

const namedEscapes = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['0', '\0'],
])

function readEscape(sql: string, backslash: number): { text: string; last: number } {
  const char = sql.charAt(backslash + 1)
  const hex = /^[0-9A-Fa-f]{2}/.exec(sql.slice(backslash + 2, backslash + 4))?.[0]
  if (char === 'x' && hex !== undefined) {
    return { text: String.fromCharCode(Number.parseInt(hex, 16)), last: backslash + 3 }
  }
  return { text: namedEscapes.get(char) ?? char, last: backslash + 1 }
}

function scanTypographic(sql: string, at: number, closing: string, kind: 'string' | 'quoted'): Scan {
  const close = sql.indexOf(closing, at + 3)
  if (close < 0) return { broken: 'Quoted text is not closed' }
  return scanned(kind, sql.slice(at + 3, close), at, close + closing.length)
}

/** Whether a token is this word, which is given in capitals. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

/** Whether a token is this character. */
export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol
}

/** The text of bytes that were read as latin1. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
