import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClients, type TestClients } from './client-for-tests.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import { tokens, utf8 } from './tokens.ts'

let clients: TestClients
beforeAll(async () => {
  clients = await openClients()
})
afterAll(() => clients.close())

function tokensOf(sql: string) {
  return [...tokens(Buffer.from(sql).toString('latin1'))].map(({ kind, text }) => `${kind} ${utf8(text)}`)
}

test.each([
  ['SELECT a.b, `c d`', ['word SELECT', 'word a', 'symbol .', 'word b', 'symbol ,', 'quoted c d']],
  ["'it''s', 'it\\'s'", ["string it's", 'symbol ,', "string it's"]],
  ['1--2\n, 3', ['word 1', 'symbol ,', 'word 3']],
  ['1 # two\n# three\n, 4 // five', ['word 1', 'symbol ,', 'word 4']],
  ['1 /* a /* nested */ comment */ , 2', ['word 1', 'symbol ,', 'word 2']],
  ["$$ heredoc ' $$, $tag$ $$ $tag$", ["string  heredoc ' ", 'symbol ,', 'string  $$ ']],
  ['\u2018typographic;\u2019 \u201cname\u201d', ['string typographic;', 'quoted name']],
  ['`f\\x69le`', ['quoted file']],
  ['1.5e-3, t.1.name', ['word 1.5e-3', 'symbol ,', 'word t', 'symbol .', 'word 1', 'symbol .', 'word name']],
])('%s', (sql, expected) => {
  expect(tokensOf(sql)).toEqual(expected)
})

test.each([
  ["'open"],
  ['"open'],
  ['`open'],
  ['/* open'],
  ['$a b$'],
  ['1abc'],
  ['1e--2'],
  ['$x$ open'],
  ['\\G'],
])('%s is refused', (sql) => {
  expect(() => tokensOf(sql)).toThrow(SyntaxError)
})

test('a quoted text is one token, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'\'\\`"\0\n\tx27$/*-#é\u2018😀 ;') }), (text) => {
      expect(tokensOf(quoteString(text))).toEqual([`string ${text}`])
      expect(tokensOf(quoteIdentifier(text))).toEqual([`quoted ${text}`])
    }),
  )
})

// The reader is safe only when no word that ClickHouse reads is missed here: it might be a SETTINGS clause that unlocks
// the session. normalizeQuery uses ClickHouse's lexer and drops comments and literals.
test('no word that the lexer of ClickHouse sees is missed', async () => {
  const pieces = [
    ...[
      "'",
      '\\',
      '"',
      '`',
      '$',
      '$$',
      '$x$',
      '$ x$',
      "x'",
      "b'",
      '/*',
      '*/',
      '/',
      '//',
      '*',
      '--',
      '-',
      '#',
      '# ',
      '#!',
    ],
    ...[
      '\n',
      'a',
      '1',
      '1.',
      '.',
      '1e',
      '.e',
      'e',
      '0x',
      '_',
      '\u2018',
      '\u2019',
      '\u201c',
      '\u201d',
      'é',
      '−',
      ' ',
      ';',
    ],
    ...[
      '(',
      ')',
      '{',
      '}',
      ' WORD ',
      'WORD',
      '\\G',
      'x.1',
      "''",
      "N'",
      '$a',
      'a$',
      '1$',
      '\0',
      '\ufeff',
      "'a'",
      '`a`',
    ],
  ]
  const soup = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
    .map((parts) => `${parts.join('')} WORD ${parts.slice(0, 2).join('')}`)
  const soups = fc.sample(soup, 4000)
  const answer = await clients.reader.query({
    query: 'SELECT arrayMap(x -> normalizeQueryKeepNames(x), {soups:Array(String)}) AS seen',
    query_params: { soups },
    use_multipart_params: true,
    format: 'JSONEachRow',
  })
  const [row] = await answer.json<{ seen: string[] }>()
  const missed = soups.filter((sql, index) => {
    const seen =
      row?.seen[index]?.replaceAll(/`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|\u201c[^\u201d]*\u201d/gs, '') ?? ''
    return /(?<![\w$])WORD(?![\w$])/.test(seen) && !findsWord(sql)
  })
  expect(missed).toEqual([])
})

function findsWord(sql: string): boolean {
  try {
    return tokensOf(sql).includes('word WORD')
  } catch (error) {
    return error instanceof SyntaxError
  }
}
