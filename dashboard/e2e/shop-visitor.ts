import type { Browser, BrowserContext, Page } from 'playwright-core'
import { findAddresses } from '../../bench/demo/addresses.ts'
import { createRandom } from '../../bench/stripe-double/random.ts'
import { openPlaces } from '../../collector/enrichment/place.ts'
import type { OutsideWorld } from './outside-world.ts'

/** User agents of people; a headless Chromium's own would be counted as a bot's. */
export const agents = {
  Chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  Firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0',
  Safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
} as const

type Visitor = { agent: keyof typeof agents; country: 'DE' | 'US' | 'JP' }

/** The browsers of people who visit the shop. */
export type Visitors = {
  /** Opens a browser of its own for each; requests pass a proxy that tells the collector the person's address. */
  open: (visitor: Visitor) => Promise<Page>
  contexts: BrowserContext[]
  /** The public addresses that they may have. */
  addresses: string[]
}

/** Prepares visitors from three countries, which the collector's own geo database knows. */
export async function prepareVisitors(browser: Browser, world: OutsideWorld): Promise<Visitors> {
  const places = await openPlaces()
  const wanted = { DE: 1, US: 1, JP: 1 }
  const found = findAddresses(wanted, (each) => places(each).country, createRandom('main job'))
  const contexts: BrowserContext[] = []
  return {
    contexts,
    addresses: [...found.values()].flat(),
    open: async ({ agent, country }) => {
      const [address = ''] = found.get(country) ?? []
      const context = await browser.newContext({
        userAgent: agents[agent],
        extraHTTPHeaders: { 'x-forwarded-for': address },
      })
      contexts.push(context)
      await world.enter(context)
      return await context.newPage()
    },
  }
}

type Order = { product: string; email: string }

/** Goes from any page of the shop to a product's Payment Link, and fills in what it asks for. */
async function openCheckout(page: Page, { product, email }: Order): Promise<void> {
  await page.getByRole('navigation').first().getByRole('link', { name: 'Pricing' }).click()
  await page.waitForFunction(() => window.revtrail?.visitId !== undefined)
  await page.getByRole('link', { name: `Buy ${product}` }).click()
  await page.getByLabel('Email').fill(email)
}

/** Buys, and comes back to the shop's page after the payment. Resolves when its address is clean. */
export async function buy(page: Page, order: Order): Promise<void> {
  await openCheckout(page, order)
  await page.getByRole('button', { name: /^Pay \$/ }).click()
  await page.waitForURL('http://shop.example/thanks')
}

/** Buys, and is gone. */
export async function buyAndLeave(page: Page, order: Order): Promise<void> {
  await openCheckout(page, order)
  await page.getByRole('button', { name: 'Pay and close the tab' }).click()
  await page.getByText('You can close this tab now').waitFor()
  await page.close()
}
