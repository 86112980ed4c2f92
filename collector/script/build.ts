import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'esbuild'

/** What the script may weigh, in bytes after brotli: it is on every page of the owner's site. */
export const scriptBudget = 1_536

/** Where the built script lies: `script.js`, and the same as `script.js.br` and `script.js.gz`. */
export const scriptFolder = join(import.meta.dirname, 'dist')

/** Sizes in bytes. */
export type ScriptSizes = { raw: number; gzip: number; brotli: number }

// Written aside and renamed: a collector may be serving the file, and two starts may build at once.
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const aside = `${path}.${process.pid}`
  await writeFile(aside, content)
  await rename(aside, path)
}

async function bundle(): Promise<Uint8Array> {
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
  })
  const [script] = outputFiles
  if (!script) throw new Error('esbuild gave no output for the tracking script.')
  return script.contents
}

/**
 * Builds the tracking script into `folder`, with its compressed forms.
 *
 * @throws when the script is heavier than the budget; nothing is written then
 */
export async function buildScript(folder = scriptFolder): Promise<ScriptSizes> {
  const raw = await bundle()
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(raw, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      },
    }),
    promisify(gzip)(raw, { level: constants.Z_BEST_COMPRESSION }),
  ])
  if (brotli.length > scriptBudget)
    throw new Error(
      `The tracking script is ${brotli.length} bytes after brotli; its budget is ${scriptBudget}.`,
    )
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'script.js')
  await Promise.all([
    replaceFile(path, raw),
    replaceFile(`${path}.br`, brotli),
    replaceFile(`${path}.gz`, zipped),
  ])
  return { raw: raw.length, gzip: zipped.length, brotli: brotli.length }
}

if (process.argv[1] === import.meta.filename) {
  const sizes = await buildScript()
  console.log(
    `tracking script: ${sizes.raw} bytes, gzip ${sizes.gzip}, brotli ${sizes.brotli} of ${scriptBudget}`,
  )
}
