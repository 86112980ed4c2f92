import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildScript, type ScriptSizes, scriptBudget } from './build.ts'

describe('the built tracking script', () => {
  let folder: string
  let sizes: ScriptSizes
  let script: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'revtrail-script-'))
    sizes = await buildScript(folder)
    script = await readFile(join(folder, 'script.js'), 'utf8')
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is one file with its compressed forms, and nothing else', async () => {
    expect((await readdir(folder)).sort()).toEqual(['script.js', 'script.js.br', 'script.js.gz'])
    expect(brotliDecompressSync(await readFile(join(folder, 'script.js.br'))).toString()).toBe(script)
    expect(gunzipSync(await readFile(join(folder, 'script.js.gz'))).toString()).toBe(script)
  })

  test('is within its budget', async () => {
    expect(sizes.brotli).toBe((await readFile(join(folder, 'script.js.br'))).length)
    expect(sizes.brotli).toBeLessThanOrEqual(scriptBudget)
  })

  test.each([
    'localStorage',
    'sessionStorage',
    'cookie',
    'indexedDB',
    'caches',
    'serviceWorker',
    'eval',
    'Function(',
  ])('never names %s', (name) => expect(script).not.toContain(name))
})
