import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { asClickHouseException } from './exception.ts'

function errorOf(act: () => void): unknown {
  try {
    act()
    return null
  } catch (error) {
    return error
  }
}

// Linux has a device that is always full.
test.runIf(process.platform === 'linux')('a full disk is told as a server would tell it', () => {
  const fault = asClickHouseException(errorOf(() => writeFileSync('/dev/full', 'x')))
  expect(fault).toMatchObject({ code: 243, type: 'NOT_ENOUGH_SPACE', status: 500 })
  expect(fault.message).toContain('No space is left')
})

test.each([
  ['a quota', Object.assign(new Error('EDQUOT: disk quota exceeded, write'), { code: 'EDQUOT' }), 243],
  ['any other fault', Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' }), 49],
  [
    'what chDB said itself',
    new Error('Code: 243. DB::Exception: Cannot reserve 1.00 MiB. (NOT_ENOUGH_SPACE)'),
    243,
  ],
])('%s', (_, error, code) => {
  expect(asClickHouseException(error).code).toBe(code)
})
