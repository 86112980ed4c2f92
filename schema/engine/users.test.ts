import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authenticate, loadEngineUsers } from './users.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'revtrail-users-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

test('passwords are made once, for their owner alone', () => {
  const made = loadEngineUsers(dataDir)
  expect(made.writer.password).not.toBe(made.reader.password)
  expect(loadEngineUsers(dataDir)).toEqual(made)
  expect(statSync(join(dataDir, 'engine-users.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(dataDir)).toEqual(['engine-users.json'])
})

test('a directory that is not there yet is made', () => {
  expect(loadEngineUsers(join(dataDir, 'new')).writer.username).toBe('writer')
})

test('a file that others can read is refused', () => {
  loadEngineUsers(dataDir)
  chmodSync(join(dataDir, 'engine-users.json'), 0o644)
  expect(() => loadEngineUsers(dataDir)).toThrow(/mode 644.*chmod 600/)
})

test('a damaged file is refused and kept', () => {
  writeFileSync(join(dataDir, 'engine-users.json'), '{"writer":{}}', { mode: 0o600 })
  expect(() => loadEngineUsers(dataDir)).toThrow()
  expect(readdirSync(dataDir)).toEqual(['engine-users.json'])
})

test('a role needs its own name and password', () => {
  const users = loadEngineUsers(dataDir)
  expect(authenticate(users, 'writer', users.writer.password)).toBe('writer')
  expect(authenticate(users, 'reader', users.reader.password)).toBe('reader')
  expect(authenticate(users, 'reader', users.writer.password)).toBeNull()
  expect(authenticate(users, 'writer', '')).toBeNull()
  expect(authenticate(users, 'default', users.writer.password)).toBeNull()
})
