import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShopSite, startShopSite } from './shop-site.ts'

describe('the sample shop', () => {
  let shop: ShopSite
  const snippet = '<script defer src="http://collector.example/js/script.js"></script>'
  const offer = {
    name: 'Pro & more',
    text: 'For two.',
    price: '$49',
    url: 'https://buy.stripe.com/a?b=1&c="2"',
  }

  beforeAll(async () => {
    shop = await startShopSite({ content: () => ({ snippet, offers: [offer] }) })
  })
  afterAll(() => shop.close())

  test('serves every page that a page links to, each with the snippet and no cookie', async () => {
    const seen = new Set(['/', '/thanks'])
    for (const path of seen) {
      const response = await fetch(shop.url + path)
      const html = await response.text()
      expect([path, response.status, response.headers.get('set-cookie')]).toEqual([path, 200, null])
      expect(html).toContain(snippet)
      expect(html).not.toContain('{{')
      for (const [, link] of html.matchAll(/<a [^>]*href="(\/[^"]*)"/g)) if (link) seen.add(link)
    }
    expect(seen.size).toBe(9)
  })

  test('sells by Payment Links', async () => {
    const html = await (await fetch(`${shop.url}/pricing`)).text()
    expect(html).toContain('href="https://buy.stripe.com/a?b=1&amp;c=&quot;2&quot;"')
    expect(html).toContain('Buy Pro &amp; more')
  })

  test('has no other page', async () => {
    expect((await fetch(`${shop.url}/..%2fshop-site.ts`)).status).toBe(404)
  })
})
