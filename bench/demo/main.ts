import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaces } from '../../collector/enrichment/place.ts'
import { resolveAddress } from '../../schema/clickhouse/address.ts'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { type Config, parseConfig } from '../../schema/config.ts'
import { isPortFree } from '../../schema/process/free-port.ts'
import { readSites } from '../../schema/site/read-sites.ts'
import { startStripeDouble } from '../stripe-double/double.ts'
import { createRandom } from '../stripe-double/random.ts'
import { findAddresses } from './addresses.ts'
import { openEntryDoor } from './entry-door.ts'
import { writeHistory } from './history.ts'
import { startInstallation } from './installation.ts'
import { sendLiveTraffic } from './live-traffic.ts'
import { startShopSite } from './shop-site.ts'
import { countries, products } from './shop-traffic.ts'

const domain = 'shop.example'
const days = 61
const visitsPerDay = 300
const dayMs = 86_400_000

const say = (line: string) => process.stdout.write(`${line}\n`)

async function freePort(wished: number): Promise<number> {
  return (await isPortFree(wished, '127.0.0.1')) ? wished : 0
}

function readConfig(environment: Record<string, string | undefined>): Config {
  const result = parseConfig(environment)
  if (result.ok) return result.config
  say(
    `The demo cannot start: the configuration has faults.\n${result.faults.map((each) => `  ${each}`).join('\n')}`,
  )
  process.exit(1)
}

const random = createRandom('revtrail demo')
const folder = mkdtempSync(join(tmpdir(), 'revtrail-demo-'))
const ending = new AbortController()
const closers: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]

async function end(code: number): Promise<void> {
  if (ending.signal.aborted) return
  ending.abort()
  for (const close of closers.toReversed()) await close()
  process.exit(code)
}

async function demo(): Promise<void> {
  say('Starting Revtrail with a sample shop and a stand-in for Stripe. Nothing leaves this machine.')
  const double = await startStripeDouble({
    port: await freePort(12_111),
    limits: { testRate: 100, endpointRate: 100 },
  })
  closers.push(() => double.close())
  const account = { email: 'owner@shop.example', password: randomBytes(12).toString('base64url') }
  const environment = {
    LOG_LEVEL: 'error',
    ...process.env,
    DATA_DIR: join(folder, 'data'),
    ADMIN_EMAIL: account.email,
    ADMIN_PASSWORD: account.password,
    STRIPE_API_BASE: double.url,
    ALLOW_STRIPE_DOUBLE: '1',
    STRIPE_RATE_TEST: '50',
    TRUSTED_PROXIES: '127.0.0.1,::1',
  }
  const config = readConfig(environment)
  const dashboardUrl = `http://localhost:${config.DASHBOARD_PORT}`
  const installation = await startInstallation({ environment, dashboardUrl, account })
  closers.push(() => installation.stop())
  installation.process.once('exit', () => void end(1))

  await installation.signIn()
  const shop = await startShop(double, installation, config)
  closers.push(() => shop.site.close())
  say(`Writing ${days} days of visits and payments ...`)
  const to = Date.now() - 60_000
  const client = createWriter(resolveAddress(config))
  const site = (await readSites(client)).find((each) => each.domain === domain)
  if (!site) throw new Error('The sample shop is missing from the sites.')
  const written = await writeHistory({
    config,
    client,
    site,
    double,
    links: shop.links,
    random,
    period: { from: to - days * dayMs, to, perDay: visitsPerDay },
    folder: join(folder, 'history'),
  })
  await client.close()
  // Only now: at Stripe no payment is older than the visit that made it, and nothing is listed late.
  const stripe = double.accounts[0]?.keys.test.restricted ?? ''
  await installation.ask('PUT', `/api/sites/${domain}/revenue`, {
    provider: 'stripe',
    method: 'payment_links',
    secret_key: stripe,
  })

  const places = await openPlaces(config.GEOIP_DB)
  const wanted = Object.entries(countries).map(([code, share]) => [code, Math.ceil(share * 400)])
  const addresses = findAddresses(Object.fromEntries(wanted), (each) => places(each).country, random)
  const collectorUrl = `http://localhost:${config.COLLECTOR_PORT}`
  const { signal } = ending
  void sendLiveTraffic({ collectorUrl, domain, double, links: shop.links, addresses, random, signal })

  const doorPort = (await freePort(8_003)) || 8_013
  const door = await openEntryDoor({
    port: doorPort,
    signIn: installation.signIn,
    dashboardUrl: `${dashboardUrl}/sites/${domain}`,
  })
  closers.push(() => door.close())
  say(
    `${written.visits} visits, ${written.purchases} checkouts. The verifier is asking Stripe's stand-in about each.\n`,
  )
  say(`  Open http://localhost:${doorPort}/\n`)
  say(
    `The sample shop is on port ${shop.site.port}: buy something there and watch it arrive. Ctrl-C ends the demo.`,
  )
}

/** Makes the site, its Payment Links and the shop that shows them. */
async function startShop(
  double: Awaited<ReturnType<typeof startStripeDouble>>,
  installation: Awaited<ReturnType<typeof startInstallation>>,
  config: Config,
) {
  const pay = new URL(double.url).host
  const snippet =
    `<script defer data-domain="${domain}" data-pay-hosts="${pay}" ` +
    `src="http://localhost:${config.COLLECTOR_PORT}${config.SCRIPT_PATH}?site=${domain}"></script>`
  const offers: { name: string; text: string; price: string; url: string }[] = []
  const site = await startShopSite({ content: () => ({ snippet, offers }), port: await freePort(8_004) })
  const links = new Map<string, string>()
  for (const product of products) {
    const link = double.createPaymentLink({
      name: product.name,
      amount: product.amount,
      currency: product.currency,
      redirect_url: `${site.url}/thanks?stripe_session_id={CHECKOUT_SESSION_ID}`,
    })
    links.set(product.name, link.id)
    const price = new Intl.NumberFormat('en-US', { style: 'currency', currency: product.currency })
    offers.push({
      name: product.name,
      text: 'A template for small studios.',
      price: price.format(product.amount / 100),
      url: link.url,
    })
  }
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
  await installation.ask('POST', '/api/sites', { domain, timezone, currency: 'usd' })
  await installation.ask('PATCH', `/api/sites/${domain}`, {
    hosts: [new URL(site.url).host, `localhost:${site.port}`],
    payment_link_hosts: [pay],
  })
  return { site, links }
}

process.on('SIGINT', () => void end(0))
process.on('SIGTERM', () => void end(0))
await demo().catch(async (error: unknown) => {
  if (ending.signal.aborted) return
  say(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`)
  await end(1)
})
