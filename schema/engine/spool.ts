import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exception } from './exception.ts'

/** A directory of files that live for one query: bodies of inserts, and results too large for memory. */
export type Spool = {
  /** A path for a new file. */
  path: () => string
  /** Removes a file, if it was made. */
  remove: (path: string) => Promise<void>
}

// INFILE expands globs in its path
const glob = /[*?{}[\]'\\]/

/** Opens a spool and empties it: what a killed process left behind belongs to nobody. */
export function openSpool(directory: string): Spool {
  const root = resolve(directory)
  if (glob.test(root))
    throw new Error(`The engine cannot work in ${root}: its path must not contain any of * ? { } [ ] ' \\`)
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true, mode: 0o700 })
  return {
    path: () => join(root, randomUUID()),
    remove: (path) => rm(path, { force: true }),
  }
}

/** Writes what was read already and the rest of a stream to a file. Throws code 229 past `maxBytes`. */
export async function writeToSpool(
  target: string,
  source: { start: Buffer; rest: Readable; maxBytes: number },
) {
  let bytes = source.start.length
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > source.maxBytes)
        done(exception('QUERY_IS_TOO_LARGE', `The body is over ${source.maxBytes} bytes.`))
      else done(null, chunk)
    },
  })
  const file = createWriteStream(target, { mode: 0o600, flags: 'wx' })
  file.write(source.start)
  await pipeline(source.rest, limit, file)
}
