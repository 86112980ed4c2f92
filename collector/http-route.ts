/** The head of a request. The header readers work only until the route returns. */
export type RequestHead = {
  method: string
  path: string
  /** The query without its question mark, '' without one. Works only until the route returns. */
  query: () => string
  /** The TCP peer as text; IPv6 unabbreviated. Never what a proxy protocol or header says. */
  peer: string
  /** The first line of a header, '' without one. Names are lower-case. */
  header: (name: string) => string
  /** All lines of a header joined by commas, in order. */
  headerLines: (name: string) => string
}

/** A body as text, or why there is none. */
export type RequestBody = string | { refused: 'too_large' | 'overloaded' }

export type Answer = {
  status: number
  headers?: readonly (readonly [name: string, value: string])[]
  body: string | Uint8Array
}

/** What a path answers, by method. HEAD is answered as GET without a body; OPTIONS by the server. */
export type Route = {
  GET?: (head: RequestHead) => Answer
  POST?: (head: RequestHead) => (body: RequestBody) => Answer | Promise<Answer>
}

/** The words of the statuses that routes use. */
export const reasonPhrases = new Map([
  [200, 'OK'],
  [202, 'Accepted'],
  [204, 'No Content'],
  [304, 'Not Modified'],
  [400, 'Bad Request'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [413, 'Content Too Large'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
])

/** For more connections than can be served. */
export const overloaded: Answer = {
  status: 503,
  headers: [['Retry-After', '5']],
  body: '{"status":"dropped","reason":"overloaded","message":"Too busy now. Send it again."}',
}

/** Every path may be posted to from any page, without credentials. */
export const preflight: Answer = {
  status: 204,
  headers: [
    ['Access-Control-Allow-Methods', 'GET, HEAD, POST, OPTIONS'],
    ['Access-Control-Allow-Headers', 'Content-Type'],
    ['Access-Control-Max-Age', '86400'],
  ],
  body: '',
}

export const notFound: Answer = {
  status: 404,
  body: '{"error":"not_found","message":"Nothing is served at this path."}',
}

/** Names the methods that a path answers. */
export function methodNotAllowed(route: Route): Answer {
  const allowed = [...(route.GET ? ['GET', 'HEAD'] : []), ...(route.POST ? ['POST'] : []), 'OPTIONS'].join(
    ', ',
  )
  return {
    status: 405,
    headers: [['Allow', allowed]],
    body: JSON.stringify({ error: 'method_not_allowed', message: `This path answers ${allowed}.` }),
  }
}
