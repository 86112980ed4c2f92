import { describe, expect, test } from 'vitest'
import { intoOutfile, parseStatement, refuseForRole } from './statement.ts'

function parse(sql: string, complete = true) {
  return parseStatement(Buffer.from(sql).toString('latin1'), complete)
}

describe('inserts with rows after them', () => {
  test.each([
    ['INSERT INTO t FORMAT JSONEachRow', 'INSERT INTO t', '', 'JSONEachRow', ''],
    ['insert into t format TSV\nrows', 'insert into t', '', 'TSV', 'rows'],
    ['INSERT INTO t FORMAT TSV\r\nrows', 'INSERT INTO t', '', 'TSV', 'rows'],
    ['INSERT INTO t FORMAT CSV\n\nrows', 'INSERT INTO t', '', 'CSV', '\nrows'],
    ['INSERT INTO t FORMAT JSONEachRow {"a":1}', 'INSERT INTO t', '', 'JSONEachRow', '{"a":1}'],
    ['INSERT INTO t FORMAT TSV\nit\'s "not closed /*', 'INSERT INTO t', '', 'TSV', 'it\'s "not closed /*'],
    ['INSERT INTO db.t (a, `b c`) FORMAT Native', 'INSERT INTO db.t (a, `b c`)', '', 'Native', ''],
    ['INSERT INTO `d b`.`t``x` FORMAT Native', 'INSERT INTO `d b`.`t``x`', '', 'Native', ''],
    ['INSERT INTO t (* EXCEPT (b)) FORMAT TSV', 'INSERT INTO t (* EXCEPT (b))', '', 'TSV', ''],
    ['INSERT INTO format FORMAT TSV', 'INSERT INTO format', '', 'TSV', ''],
    ['INSERT INTO settings (values) FORMAT TSV', 'INSERT INTO settings (values)', '', 'TSV', ''],
    ['INSERT INTO TABLE t VALUES (1)', 'INSERT INTO TABLE t', '', 'Values', ' (1)'],
    [
      "INSERT INTO FUNCTION null('a UInt8') VALUES (1)",
      "INSERT INTO FUNCTION null('a UInt8')",
      '',
      'Values',
      ' (1)',
    ],
    [
      "INSERT INTO t SETTINGS insert_deduplication_token = 'x FORMAT y', async_insert=0 FORMAT Native",
      'INSERT INTO t',
      " SETTINGS insert_deduplication_token = 'x FORMAT y', async_insert=0",
      'Native',
      '',
    ],
    ['/* a */ INSERT -- b\nINTO t /* FORMAT c */ FORMAT TSV', '/* a */ INSERT -- b\nINTO t', '', 'TSV', ''],
    ['INSERT INTO `日本` FORMAT TSV\nx', 'INSERT INTO `日本`', '', 'TSV', 'x'],
  ])('%s', (sql, head, settings, format, rows) => {
    const statement = parse(sql)
    expect(statement).toMatchObject({ kind: 'insert', head, settings, format })
    const at = statement.kind === 'insert' ? statement.dataAt : -1
    expect(Buffer.from(sql).subarray(at).toString()).toBe(rows)
  })

  test.each([
    'INSERT INTO t SELECT 1',
    'INSERT INTO t (a) SELECT format FROM x',
    'INSERT INTO t SETTINGS async_insert = 0 SELECT 1',
    'INSERT INTO t WITH 1 AS x SELECT x FORMAT TSV',
    'INSERT INTO t (SELECT 1)',
  ])('%s has no rows of its own', (sql) => {
    expect(parse(sql)).toMatchObject({ kind: 'change', sql })
  })
})

test.each([
  ['SELECT 1', null],
  ['SELECT 1 FORMAT JSON', 'JSON'],
  ['SELECT 1 FORMAT JSON;', 'JSON'],
  ['SELECT 1 AS format FROM t', null],
  ['SELECT format x FROM t', null],
  ['SELECT * FROM (SELECT 1 FORMAT x)', null],
  ['SELECT 1 SETTINGS max_threads = 1 FORMAT CSV -- the end', 'CSV'],
  ['SELECT 1 FORMAT CSV SETTINGS max_threads = 1', 'CSV'],
  ["SELECT ' FORMAT CSV'", null],
])('%s names the format %s', (sql, format) => {
  expect(parse(sql)).toMatchObject({ kind: 'read', format })
})

test.each([
  ["SELECT 'é', 1 -- end", "SELECT 'é', 1 INTO OUTFILE '/r'  FORMAT TSV"],
  ["SELECT 'é' FORMAT JSON", "SELECT 'é'  INTO OUTFILE '/r' FORMAT JSON"],
  ['SELECT 1; ;', "SELECT 1 INTO OUTFILE '/r'  FORMAT TSV"],
])('%s into a file', (sql, expected) => {
  const statement = parse(sql)
  if (statement.kind === 'insert') throw new Error('an insert has no result')
  expect(intoOutfile(statement, { path: '/r', format: 'TSV' })).toBe(expected)
})

test.each([
  ['SELECT {a:String}, {b: Array(UInt8)}, { c :Identifier}', ['a', 'b', 'c']],
  ["SELECT '{a:String}' -- {b:String}", []],
  ["SELECT {'a':1}, map('x', 1)", []],
  ['SELECT {a:String} + {a:String}', ['a']],
  ['INSERT INTO {t:Identifier} FORMAT TSV\n{x:String}', ['t']],
  ['INSERT INTO t VALUES ({x:String})', ['x']],
])('%s has the placeholders %j', (sql, placeholders) => {
  expect(parse(sql).placeholders).toEqual(placeholders)
})

test.each([
  ['SELECT 1; SELECT 2', 'SYNTAX_ERROR'],
  ['SELECT 1; DROP TABLE t', 'SYNTAX_ERROR'],
  ['', 'SYNTAX_ERROR'],
  ['-- only a comment', 'SYNTAX_ERROR'],
  [';', 'SYNTAX_ERROR'],
  ["SELECT 'open", 'SYNTAX_ERROR'],
  ["SELECT 1 INTO OUTFILE 'x'", 'INTO_OUTFILE_NOT_ALLOWED'],
  ["INSERT INTO t FROM INFILE 'x' FORMAT TSV", 'UNKNOWN_TYPE_OF_QUERY'],
  ["SELECT * FROM file('x')", 'DATABASE_ACCESS_DENIED'],
])('%j is refused as %s', (sql, type) => {
  expect(() => parse(sql)).toThrow(expect.objectContaining({ type }))
})

test('a statement longer than the limit is refused unless its rows follow', () => {
  expect(() => parse('SELECT 1', false)).toThrow(expect.objectContaining({ type: 'SYNTAX_ERROR' }))
  expect(parse('INSERT INTO t FORMAT TSV\nrow', false)).toMatchObject({ kind: 'insert' })
})

test.each([
  ['SELECT * FROM system.settings', true],
  ["SHOW SETTINGS LIKE 'max%'", true],
  ['SELECT `settings` FROM t', true],
  ['SELECT count() FROM t ORDER BY a DESC', true],
  ['DESCRIBE TABLE t', true],
  ['SELECT 1 SETTINGS max_threads = 1', false],
  ['SELECT 1 FROM (SELECT 1 SETTINGS readonly = 0)', false],
  ["DESC url('http://127.0.0.1/')", false],
  ['INSERT INTO t FORMAT TSV', false],
  ['DROP TABLE t', false],
  ['KILL QUERY WHERE 1', false],
])('the reader may run %s: %s', (sql, allowed) => {
  const attempt = () => refuseForRole(parse(sql), 'reader')
  if (allowed) expect(attempt).not.toThrow()
  else expect(attempt).toThrow(expect.objectContaining({ type: 'READONLY' }))
})
