import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { exception } from './exception.ts'
import { parametersOf } from './request.ts'

/** The first bytes of a body, and the stream of what comes after them. */
export type Head = { start: Buffer; rest: Readable; complete: boolean }

/** The unpacked body of a request. Throws when its encoding is not one of ours. */
export function unpackedBody(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return request
  const decoder = decoderOf(encoding)
  request.on('error', (error) => decoder.destroy(error))
  return request.pipe(decoder)
}

function decoderOf(encoding: string) {
  if (encoding === 'gzip') return createGunzip()
  if (encoding === 'zstd') return createZstdDecompress()
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return createInflate()
  throw exception(
    'NOT_IMPLEMENTED',
    `Content-Encoding ${encoding} is not supported; gzip, zstd, br and deflate are.`,
  )
}

/** Reads at least `bytes` of a stream, or all of it when it is shorter. */
export async function readHead(stream: Readable, bytes: number): Promise<Head> {
  const chunks = iterate(stream)
  const read: Buffer[] = []
  let size = 0
  while (size < bytes) {
    const next = await chunks.next()
    if (next.done) return { start: Buffer.concat(read), rest: Readable.from([]), complete: true }
    read.push(next.value)
    size += next.value.length
  }
  return { start: Buffer.concat(read), rest: Readable.from(chunks), complete: false }
}

async function* iterate(stream: Readable): AsyncGenerator<Buffer> {
  try {
    // a request destroyed by a refusal would take the answer with it
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield Buffer.from(chunk)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^(Z_|ZSTD_|ERR_)/.test(code))
      throw exception('CANNOT_DECOMPRESS', `Cannot unpack the body: ${code}.`)
    throw error
  }
}

/** The query and its parameters from a multipart form, as the official client sends long parameters. */
export async function readForm(request: IncomingMessage, bytes: number) {
  const { start, complete } = await readHead(unpackedBody(request), bytes)
  if (!complete) throw exception('QUERY_IS_TOO_LARGE', `A form may have up to ${bytes} bytes.`)
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(new Uint8Array(start), { headers }).formData().catch((error: unknown) => {
    throw exception('SYNTAX_ERROR', `The form cannot be read: ${String(error)}.`)
  })
  const fields = [...form].flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return { query: new Map(fields).get('query') ?? '', parameters: parametersOf(fields) }
}
