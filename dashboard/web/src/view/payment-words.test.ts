import { expect, test } from 'vitest'
import { shortId } from './payment-words.ts'

test.each([
  ['cs_live_a1B2c3D4e5F6g7H8', 'cs_live_…g7H8'],
  ['cs_test_a1B2c3D4e5F6g7H8', 'cs_test_…g7H8'],
  ['pi_3NxA1B2c3D4e5F6', 'pi_…e5F6'],
  ['ext:order-7', 'ext:order-7'],
  ['', ''],
])('%s is shown as %s', (id, short) => {
  expect(shortId(id)).toBe(short)
})
