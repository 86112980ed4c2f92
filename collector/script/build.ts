import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'esbuild'
import { planPlaceholder } from './served-plan.ts'

/**
 * What the scripts may weigh, in bytes after brotli: the one that is on every page of the owner's site, and the one of
 * sites with split tests or element goals, without what these are.
 */
export const scriptBudgets = { plain: 1_536, planned: 3_072 } as const

/** Where the built scripts lie: `script.js` and `planned-script.js`, and the first as `script.js.br` and `script.js.gz`. */
export const scriptFolder = join(import.meta.dirname, 'dist')

/** Sizes in bytes. */
export type ScriptSizes = { raw: number; gzip: number; brotli: number }

type ScriptKind = keyof typeof scriptBudgets

// Written aside and renamed: a collector may be serving the file, and two starts may build at once.
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const aside = `${path}.${process.pid}`
  await writeFile(aside, content)
  await rename(aside, path)
}

async function bundle(kind: ScriptKind): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'browser/main.ts')],
    bundle: true,
    format: 'iife',
    target: 'es2020',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    tsconfigRaw: {},
    define: { planned: String(kind === 'planned'), servedPlan: planPlaceholder },
  })
  const [script] = outputFiles
  if (!script) throw new Error('esbuild gave no output for the tracking script.')
  return script.contents
}

async function compress(raw: Uint8Array): Promise<{ brotli: Uint8Array; zipped: Uint8Array }> {
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(raw, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      },
    }),
    promisify(gzip)(raw, { level: constants.Z_BEST_COMPRESSION }),
  ])
  return { brotli, zipped }
}

/**
 * Builds both tracking scripts into `folder`, the plain one with its compressed forms.
 *
 * @throws when a script is heavier than its budget; nothing is written then
 */
export async function buildScript(folder = scriptFolder): Promise<Record<ScriptKind, ScriptSizes>> {
  const plain = await bundle('plain')
  const planned = await bundle('planned')
  const compressed = { plain: await compress(plain), planned: await compress(planned) }
  const sizesOf = (
    raw: Uint8Array,
    { brotli, zipped }: Awaited<ReturnType<typeof compress>>,
  ): ScriptSizes => ({
    raw: raw.length,
    gzip: zipped.length,
    brotli: brotli.length,
  })
  const sizes = {
    plain: sizesOf(plain, compressed.plain),
    planned: sizesOf(planned, compressed.planned),
  }
  for (const kind of ['plain', 'planned'] as const)
    if (sizes[kind].brotli > scriptBudgets[kind])
      throw new Error(
        `The ${kind} tracking script is ${sizes[kind].brotli} bytes after brotli; its budget is ${scriptBudgets[kind]}.`,
      )
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'script.js')
  await Promise.all([
    replaceFile(join(folder, 'planned-script.js'), planned),
    replaceFile(path, plain),
    replaceFile(`${path}.br`, compressed.plain.brotli),
    replaceFile(`${path}.gz`, compressed.plain.zipped),
  ])
  return sizes
}

if (process.argv[1] === import.meta.filename)
  for (const [kind, { raw, gzip: zipped, brotli }] of Object.entries(await buildScript()))
    console.log(`${kind} tracking script: ${raw} bytes, gzip ${zipped}, brotli ${brotli}`)
