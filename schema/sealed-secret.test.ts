import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadMasterKey } from './master-key.ts'
import { openSecret, sealSecret } from './sealed-secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'revtrail-key-'))
afterAll(() => rmSync(folder, { recursive: true }))

const key = loadMasterKey({ DATA_DIR: folder })
const binding = { siteId: 3, purpose: 'stripe', livemode: true }
const secret = 'rk_live_0123456789abcdefghij'

test('a sealed secret opens for its site and mode alone', () => {
  const sealed = sealSecret(secret, binding, key)
  expect(sealed).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16))
  expect(openSecret(sealed, binding, key)).toEqual({ ok: true, secret })
  expect(openSecret(sealed, { ...binding, siteId: 4 }, key)).toEqual({ ok: false, reason: 'unreadable' })
  expect(openSecret(sealed, { ...binding, livemode: false }, key)).toEqual({
    ok: false,
    reason: 'unreadable',
  })
  expect(openSecret(sealed, binding, Buffer.alloc(32, 9))).toEqual({ ok: false, reason: 'other_master_key' })
  expect(openSecret('', binding, key)).toEqual({ ok: false, reason: 'unreadable' })
})

test('any flipped byte fails closed', () => {
  const bytes = Buffer.from(sealSecret(secret, binding, key), 'base64')
  for (let index = 0; index < bytes.length; index++) {
    const damaged = Buffer.from(bytes)
    damaged[index] = (bytes[index] ?? 0) ^ 1
    expect(openSecret(damaged.toString('base64'), binding, key).ok).toBe(false)
  }
})

test('the key is made once, and one that others can read or that is no key is refused', () => {
  expect(loadMasterKey({ DATA_DIR: folder })).toEqual(key)
  expect(loadMasterKey({ DATA_DIR: folder, MASTER_KEY: '0f'.repeat(32) })).toEqual(Buffer.alloc(32, 0x0f))
  const file = join(folder, 'other.key')
  writeFileSync(file, 'hello', { mode: 0o600 })
  expect(() => loadMasterKey({ DATA_DIR: folder, MASTER_KEY_FILE: file })).toThrow(/64 hexadecimal digits/)
  chmodSync(file, 0o644)
  expect(() => loadMasterKey({ DATA_DIR: folder, MASTER_KEY_FILE: file })).toThrow(/chmod 600/)
})
