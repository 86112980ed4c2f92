import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'revtrail-vectors-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const command = join(import.meta.dirname, 'vectors.ts')
const run = (...args: string[]) =>
  new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr })
    })
  })

function fileOf(content: unknown): string {
  const path = join(directory, 'vectors.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

test('the published vectors pass', async () => {
  const { code, stdout } = await run(join(import.meta.dirname, 'statistics-vectors.json'))
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('52 passed, 0 failed, 10 unknown')
  expect(code).toBe(0)
})

test('a mismatch is printed and ends with 1', async () => {
  const wrong = {
    id: 'wrong',
    category: 'multiplicity',
    method: 'Holm',
    inputs: { p: [0.01, 0.04] },
    expected: { adjusted: [0.02, 0.05] },
    tolerance: { abs: 1e-9 },
  }
  const { code, stdout } = await run(fileOf([wrong, { ...wrong, id: 'strange', category: 'astrology' }]))
  expect(stdout).toBe(
    'FAILED wrong: adjusted[1] is 0.04, expected 0.05 (abs 1e-9, rel 0)\nunknown strange: no function for category astrology\n0 passed, 1 failed, 1 unknown\n',
  )
  expect(code).toBe(1)
})

test.each([
  ['no file', [], 2, /Give a file/],
  ['a file that is not there', [join(directory, 'nowhere.json')], 2, /nowhere\.json/],
])('%s', async (_, args, expected, words) => {
  const { code, stderr } = await run(...args)
  expect(stderr).toMatch(words)
  expect(code).toBe(expected)
})

test.each([
  ['no JSON', '[{', /JSON/],
  ['no list', { id: 'x' }, /a list of vectors/],
])('%s is told and ends with 2', async (_, content, words) => {
  const { code, stderr } = await run(fileOf(content))
  expect(stderr).toMatch(words)
  expect(code).toBe(2)
})
