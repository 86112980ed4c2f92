import { once } from 'node:events'
import { createServer } from 'node:http'
import type { BrowserContext, Route } from 'playwright-core'
import { type ShopContent, startShopSite } from '../../bench/demo/shop-site.ts'
import { type StripeDouble, startStripeDouble } from '../../bench/stripe-double/double.ts'

/** What lies around an installation: a shop, pages that lead to it, and Stripe. */
export type OutsideWorld = {
  double: StripeDouble
  /** What the owner of the shop pasted into it. */
  shop: ShopContent
  /** For `launchBrowser`. */
  hosts: Record<string, string>
  /** Lets a context reach the hosts that browsers open over TLS alone (they are on the HSTS preload list). */
  enter: (context: BrowserContext) => Promise<void>
  /** The addresses under which Payment Links were opened. */
  openedLinks: URL[]
  close: () => Promise<void>
}

/** Google sends its origin, and only that, to every site: its results carry this policy. */
const searchResults = `<!doctype html><html lang="en"><meta name="referrer" content="origin"><title>templates for studios</title>
<a href="http://shop.example/templates">Foldline: templates for small studios</a></html>`
const newsletter = `<!doctype html><html lang="en"><title>Inbox</title>
<a href="http://shop.example/?utm_source=newsletter&utm_medium=email&utm_campaign=november">Read it in your browser</a></html>`

/** Starts shop.example, mail.example, www.google.com and buy.stripe.com on loopback. */
export async function startOutsideWorld(): Promise<OutsideWorld> {
  const double = await startStripeDouble({ limits: { testRate: 1_000, endpointRate: 1_000 } })
  const shop: ShopContent = { snippet: '', offers: [] }
  const shopSite = await startShopSite({ content: () => shop })
  const mail = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(newsletter),
  )
  mail.listen(0, '127.0.0.1')
  await once(mail, 'listening')
  const address = mail.address()
  if (!address || typeof address === 'string') throw new Error('A TCP server has no port.')
  const openedLinks: URL[] = []
  return {
    double,
    shop,
    openedLinks,
    hosts: { 'shop.example': `127.0.0.1:${shopSite.port}`, 'mail.example': `127.0.0.1:${address.port}` },
    enter: async (context) => {
      await context.route('https://www.google.com/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: searchResults }),
      )
      await context.route('https://buy.stripe.com/**', (route) => forward(route, double, openedLinks))
    },
    close: async () => {
      mail.closeAllConnections()
      mail.close()
      await Promise.all([shopSite.close(), double.close()])
    },
  }
}

async function forward(route: Route, double: StripeDouble, openedLinks: URL[]): Promise<void> {
  const request = route.request()
  const address = new URL(request.url())
  if (request.method() === 'GET' && !address.pathname.startsWith('/c/pay/')) openedLinks.push(address)
  const response = await fetch(`${double.url}${address.pathname}${address.search}`, {
    method: request.method(),
    headers: { 'content-type': request.headers()['content-type'] ?? '' },
    body: request.postData(),
    redirect: 'manual',
  })
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  })
}
