import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildScript, scriptBudgets } from './build.ts'
import { planPlaceholder } from './served-plan.ts'

describe('the built tracking scripts', () => {
  let folder: string
  let sizes: Awaited<ReturnType<typeof buildScript>>
  let plain: string
  let planned: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'revtrail-script-'))
    sizes = await buildScript(folder)
    plain = await readFile(join(folder, 'script.js'), 'utf8')
    planned = await readFile(join(folder, 'planned-script.js'), 'utf8')
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('are one file each, the plain one with its compressed forms', async () => {
    expect((await readdir(folder)).sort()).toEqual([
      'planned-script.js',
      'script.js',
      'script.js.br',
      'script.js.gz',
    ])
    expect(brotliDecompressSync(await readFile(join(folder, 'script.js.br'))).toString()).toBe(plain)
    expect(gunzipSync(await readFile(join(folder, 'script.js.gz'))).toString()).toBe(plain)
  })

  test('are within their budgets', async () => {
    expect(sizes.plain.brotli).toBe((await readFile(join(folder, 'script.js.br'))).length)
    expect(sizes.plain.brotli).toBeLessThanOrEqual(scriptBudgets.plain)
    expect(sizes.planned.brotli).toBeLessThanOrEqual(scriptBudgets.planned)
  })

  test('have room for a plan, or no code for one', () => {
    expect(planned.split(planPlaceholder)).toHaveLength(2)
    expect(plain).not.toContain(planPlaceholder)
    expect(plain).not.toContain('exposure')
  })

  test.each([
    'localStorage',
    'sessionStorage',
    'cookie',
    'indexedDB',
    'caches',
    'serviceWorker',
    'innerHTML',
    'insertAdjacentHTML',
    'document.write',
    'window.name',
    'eval',
    'Function(',
  ])('never name %s', (name) => expect(plain + planned).not.toContain(name))
})
