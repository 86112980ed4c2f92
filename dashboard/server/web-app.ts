import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { createMiddleware } from 'hono/factory'
import type { DashboardEnv } from './environment.ts'

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Revtrail: the dashboard is not built</title>
<h1>The dashboard is not built</h1>
<p>The server runs, but its pages are missing. Run <code>npm run build:web</code> where Revtrail is installed, then reload this page.</p>
</html>
`

/**
 * Serves the built web app: hashed assets for a year, its page for every other address.
 *
 * @param folder where `vite build` puts it; it may come into being while the server runs
 */
export function webApp(folder: string): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>()
  app.use(compress(), etag())
  app.use('/assets/*', cacheFor('public, max-age=31536000, immutable'))
  const files = createMiddleware<DashboardEnv>(async (context, next) => {
    if (!existsSync(join(folder, 'index.html'))) return context.html(notBuilt, 503)
    return await serveStatic<DashboardEnv>({ root: folder, index: 'none' })(context, next)
  })
  app.get('/assets/*', files, (context) => context.text('There is no such file.', 404))
  app.get('*', cacheFor('no-cache'), files, async (context, next) => {
    const page = serveStatic<DashboardEnv>({ root: folder, path: 'index.html' })
    return (await page(context, next)) ?? context.notFound()
  })
  return app
}

function cacheFor(policy: string) {
  return createMiddleware(async (context, next) => {
    await next()
    const cacheable = context.res.status === 200 || context.res.status === 304
    context.res.headers.set('Cache-Control', cacheable ? policy : 'no-store')
  })
}
