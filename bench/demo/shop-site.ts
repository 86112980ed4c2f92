import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** What the pricing page sells; `price` as it is shown, `url` a Payment Link. */
export type Offer = { name: string; text: string; price: string; url: string }

/** What the owner of the shop pasted into it. Asked for on every request, since a Payment Link names the shop first. */
export type ShopContent = { snippet: string; offers: Offer[] }

/** A running shop; `url` has no slash at its end. */
export type ShopSite = { url: string; port: number; close: () => Promise<void> }

const folder = join(import.meta.dirname, 'shop')

const pages = {
  '/': { file: 'home.html', title: 'Templates for small studios' },
  '/templates': { file: 'templates.html', title: 'Templates' },
  '/pricing': { file: 'pricing.html', title: 'Pricing' },
  '/blog': { file: 'blog.html', title: 'Blog' },
  '/blog/cookie-free': { file: 'blog-cookie-free.html', title: 'Why this shop has no cookie banner' },
  '/blog/pricing-pages': { file: 'blog-pricing-pages.html', title: 'Three pricing pages we tried' },
  '/docs/start': { file: 'docs-start.html', title: 'Getting started' },
  '/about': { file: 'about.html', title: 'About' },
  '/thanks': { file: 'thanks.html', title: 'Thank you' },
} as const satisfies Record<string, { file: string; title: string }>

const pageByPath = new Map<string, { file: string; title: string }>(Object.entries(pages))

const escapes = new Map(Object.entries({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }))

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes.get(character) ?? character)
}

function offerCard(offer: Offer): string {
  const { name, text, price, url } = offer
  return `<div class="card"><h2>${escapeHtml(name)}</h2><p>${escapeHtml(text)}</p><p class="price">${escapeHtml(price)}</p>
<a class="button" href="${escapeHtml(url)}">Buy ${escapeHtml(name)}</a></div>`
}

function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

async function pageHtml(page: { file: string; title: string }, content: ShopContent): Promise<string> {
  const [layout, main] = await Promise.all([
    readFile(join(folder, 'layout.html'), 'utf8'),
    readFile(join(folder, page.file), 'utf8'),
  ])
  return fill(layout, {
    title: escapeHtml(page.title),
    snippet: content.snippet,
    main: fill(main, { offers: content.offers.map(offerCard).join('\n') }),
  })
}

type Answer = { status: number; type: string; body: string }

async function answer(path: string, content: () => ShopContent): Promise<Answer> {
  if (path === '/style.css')
    return { status: 200, type: 'text/css', body: await readFile(join(folder, 'style.css'), 'utf8') }
  const page = pageByPath.get(path)
  if (!page) return { status: 404, type: 'text/plain', body: 'The shop has no such page.' }
  return { status: 200, type: 'text/html', body: await pageHtml(page, content()) }
}

/**
 * Starts the sample shop on loopback: plain pages with the owner's snippet in their head, and a pricing page whose
 * buttons are Payment Links. It sets no cookie and has no script of its own.
 *
 * @param port 0 for a free one
 */
export async function startShopSite({
  content,
  port = 0,
}: {
  content: () => ShopContent
  port?: number
}): Promise<ShopSite> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop.example')
    answer(pathname, content).then(
      ({ status, type, body }) =>
        response
          .writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
          .end(body),
      (cause: unknown) => response.destroy(new Error('The shop could not read its pages.', { cause })),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('A TCP server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
