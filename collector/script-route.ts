import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Answer, RequestHead, Route } from './http-route.ts'

type Encoding = 'br' | 'gzip' | 'identity'
type Variant = { encoding: Encoding; body: Uint8Array; etag: string }

const built = new URL('./script/dist/script.js', import.meta.url)

const notBuilt: Answer = {
  status: 503,
  headers: [['Retry-After', '30']],
  body: '{"error":"not_built","message":"The tracking script is not built yet: run npm run build."}',
}

/**
 * Serves the tracking script, compressed once, with a strong ETag for each encoding. A file that is missing at the
 * start is looked for again at each request.
 */
export function createScriptRoute(file: URL = built): Route {
  let variants: Variant[] | null = null
  return {
    GET: (head) => {
      if (!variants && existsSync(file)) variants = encode(readFileSync(file))
      return variants ? answer(variants, head) : notBuilt
    },
  }
}

/** The variants in order of preference. */
function encode(source: Buffer): Variant[] {
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 22)
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  return [
    { encoding: 'br', body: brotliCompressSync(source, best), etag: `"${hash}-br"` },
    { encoding: 'gzip', body: gzipSync(source, { level: 9 }), etag: `"${hash}-gz"` },
    { encoding: 'identity', body: source, etag: `"${hash}"` },
  ]
}

function accepts(header: string, encoding: Encoding): boolean {
  if (encoding === 'identity') return true
  return header.split(',').some((part) => {
    const [name = '', ...params] = part.split(';').map((text) => text.trim().toLowerCase())
    return name === encoding && !params.some((param) => /^q=0(\.0*)?$/.test(param))
  })
}

function answer(variants: readonly Variant[], head: RequestHead): Answer {
  const accepted = head.header('accept-encoding')
  const variant = variants.find((each) => accepts(accepted, each.encoding))
  if (!variant) return notBuilt
  const headers: [string, string][] = [
    ['Content-Type', 'text/javascript; charset=utf-8'],
    ['Cache-Control', 'public, max-age=300'],
    ['Vary', 'Accept-Encoding'],
    ['ETag', variant.etag],
    // A page with COEP: require-corp loads it too.
    ['Cross-Origin-Resource-Policy', 'cross-origin'],
  ]
  const known = head
    .header('if-none-match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(variant.etag) || known.includes('*')) return { status: 304, headers, body: '' }
  if (variant.encoding !== 'identity') headers.push(['Content-Encoding', variant.encoding])
  return { status: 200, headers, body: variant.body }
}
