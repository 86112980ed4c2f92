import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from './launch-browser.ts'
import { startTrackedPages, type TrackedPages, visitReference } from './tracked-pages.ts'

const origin = 'http://shop.example'
const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const stub =
  '<script>window.revtrail=window.revtrail||function(){(window.revtrail.q=window.revtrail.q||[]).push(arguments)}</script>'

let site: TrackedPages
let browser: Browser
let context: BrowserContext
let page: Page
let warnings: string[]
let pageErrors: string[]

beforeAll(async () => {
  site = await startTrackedPages()
  browser = await launchBrowser(site.hosts)
})
afterAll(async () => {
  await browser.close()
  await site.close()
})

beforeEach(async () => {
  site.reset()
  context = await browser.newContext()
  // Stripe is not reached: a tab that opens its page shows this one.
  await context.route('https://**/*', (route) =>
    route.fulfill({ contentType: 'text/html', body: 'paid elsewhere' }),
  )
  page = await context.newPage()
  warnings = []
  pageErrors = []
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text())
  })
  page.on('pageerror', (error) => pageErrors.push(error.message))
})
afterEach(async () => {
  await context.close()
  expect(pageErrors).toEqual([])
})

const eventually = { timeout: 20_000 }
const events = () => site.received.map(({ event }) => event)
const paths = () => events().map(({ url }) => url.replace(origin, ''))

/** Waits until `count` events came. */
const receive = (count: number) => expect.poll(() => site.received.length, eventually).toBe(count)

/** Sends an event of one's own and waits for it: whatever was to be counted before has been sent by then. */
async function marker(): Promise<void> {
  await page.evaluate(() => window.revtrail?.('marker'))
  await expect.poll(() => events().at(-1)?.name, eventually).toBe('marker')
}

async function openTracked(path: string): Promise<void> {
  await page.goto(origin + path)
  await page.waitForFunction((visit) => window.revtrail?.visitId === visit, visitReference)
}

describe('a pageview', () => {
  test('is sent once, without a preflight or a credential', async () => {
    await page.goto(`${origin}/pricing?utm_source=news#plans`, { referer: 'http://search.example/' })
    await receive(1)
    expect(site.received[0]?.sent).toEqual({
      n: 'pageview',
      u: `${origin}/pricing?utm_source=news#plans`,
      d: 'shop.example',
      r: 'http://search.example/',
      event_id: expect.stringMatching(uuidV4),
    })
    expect(site.received[0]?.headers).toMatchObject({ 'content-type': 'text/plain;charset=UTF-8' })
    expect(site.received[0]?.headers).not.toHaveProperty('cookie')
  })

  test('is counted once where the snippet stands twice', async () => {
    site.pages.set('/twice', { html: site.snippet() + site.snippet() })
    await openTracked('/twice')
    await marker()
    expect(events().map(({ name }) => name)).toEqual(['pageview', 'marker'])
  })

  test.each([
    [
      'the address of the script, without data-domain',
      '<script defer src="http://collector.example/js/script.js?site=other.example"></script>',
      'other.example',
    ],
    [
      'the host of the page, without either',
      '<script defer src="http://collector.example/js/script.js"></script>',
      'shop.example',
    ],
  ])('takes the site from %s', async (_case, html, domain) => {
    site.pages.set('/', { html })
    await page.goto(origin)
    await receive(1)
    expect(events()[0]?.domain).toBe(domain)
  })

  test('goes to data-api where the owner renamed the path', async () => {
    site.pages.set('/', { html: site.snippet('data-api="http://collector.example/renamed"') })
    await Promise.all([page.waitForRequest('http://collector.example/renamed'), page.goto(origin)])
    await receive(1)
  })

  test('says that a program drives the browser, where one does', async () => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'webdriver', { value: true }))
    await page.goto(origin)
    await receive(1)
    expect(events()[0]?.webdriver).toBe(true)
  })

  test('of a very long address is cut rather than refused', async () => {
    await page.goto(`${origin}/long?state=${'x'.repeat(3_000)}`)
    await receive(1)
    expect(events()[0]?.url).toHaveLength(2_000)
  })

  test('of a prerendered page waits until the page is shown', async () => {
    await page.addInitScript(() =>
      Object.defineProperty(document, 'prerendering', { value: true, writable: true }),
    )
    await page.goto(`${origin}/prerendered`)
    await page.evaluate(() => {
      window.revtrail?.('early')
    })
    expect(site.received).toEqual([])
    await page.evaluate(() => {
      Object.assign(document, { prerendering: false })
      document.dispatchEvent(new Event('prerenderingchange'))
    })
    await receive(2)
    expect(events().map(({ name }) => name)).toEqual(['pageview', 'early'])
  })

  test('is counted again when the page comes back from the back-forward cache', async () => {
    await openTracked('/kept')
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await receive(2)
    expect(paths()).toEqual(['/kept', '/kept'])
  })
})

describe('routes of a single-page app', () => {
  test('count when the path or the query changes, by any way', async () => {
    await openTracked('/')
    await page.evaluate(() => history.pushState({}, '', '/a'))
    await receive(2)
    await page.evaluate(() => history.replaceState({}, '', '/a?page=2'))
    await receive(3)
    await page.goBack()
    await receive(4)
    expect(paths()).toEqual(['/', '/a', '/a?page=2', '/'])
  })

  test('do not count when only the state or the fragment changes', async () => {
    await openTracked('/same?x=1')
    await page.evaluate(() => {
      history.replaceState({ scroll: 10 }, '')
      history.replaceState({ scroll: 20 }, '', '/same?x=1')
      history.pushState({}, '', '/same?x=1#part')
      location.hash = 'other'
    })
    await marker()
    expect(events().map(({ name }) => name)).toEqual(['pageview', 'marker'])
  })

  test('in the fragment count in hash mode only', async () => {
    site.pages.set('/app', { html: site.snippet('data-hash') })
    await openTracked('/app#/one')
    await page.evaluate(() => {
      location.hash = '#/two'
    })
    await receive(2)
    expect(paths()).toEqual(['/app#/one', '/app#/two'])
    expect(events().map(({ hashMode }) => hashMode)).toEqual([true, true])
  })

  test('keep what pushState answers and throws', async () => {
    await openTracked('/')
    const thrown = await page.evaluate(() => {
      try {
        history.pushState({}, '', 'http://elsewhere.example/')
      } catch (error) {
        return error instanceof DOMException && error.name
      }
      return undefined
    })
    expect(thrown).toBe('SecurityError')
  })
})

describe('stripe_session_id', () => {
  test.each([
    ['/thanks?stripe_session_id=cs_test_1', '/thanks'],
    ['/thanks?stripe_session_id=cs_test_1&plan=pro%20x', '/thanks?plan=pro%20x'],
    ['/thanks?plan=a+b&stripe_session_id=cs_test_1&session_id=s#top', '/thanks?plan=a+b&session_id=s#top'],
    ['/thanks?plan=pro&stripe_session_id=cs_test_1', '/thanks?plan=pro'],
    ['/thanks?stripe_session_id=cs_test_1&stripe_session_id=cs_test_2', '/thanks'],
    ['/thanks?stripe_session_id={CHECKOUT_SESSION_ID}', '/thanks'],
    ['/thanks#stripe_session_id=cs_test_1', '/thanks'],
    ['/app#/thanks?stripe_session_id=cs_test_1&a=1', '/app#/thanks?a=1'],
    ['/app?my_stripe_session_id=1#x', '/app?my_stripe_session_id=1#x'],
  ])('of %s is sent and then leaves the address bar', async (path, bar) => {
    await page.goto(origin + path)
    await receive(1)
    await expect.poll(() => page.evaluate(() => location.href), eventually).toBe(origin + bar)
    expect(decodeURI(events()[0]?.url ?? '')).toBe(decodeURI(origin + path))
    await marker()
    expect(events()).toHaveLength(2)
  })

  test('is still there for the page until it has loaded, and the state of the history stays', async () => {
    site.pages.set('/thanks', {
      html: `<script>history.replaceState({ step: 3 }, ''); addEventListener('load', () => { window.seen = location.search })</script>${site.snippet()}`,
    })
    await page.goto(`${origin}/thanks?stripe_session_id=cs_test_1`)
    await expect.poll(() => page.evaluate(() => location.search), eventually).toBe('')
    expect(await page.evaluate(() => ({ seen: Reflect.get(window, 'seen'), state: history.state }))).toEqual({
      seen: '?stripe_session_id=cs_test_1',
      state: { step: 3 },
    })
  })

  test('of a later route leaves the address bar too', async () => {
    await openTracked('/')
    await page.evaluate(() => history.pushState({}, '', '/thanks?stripe_session_id=cs_test_1'))
    await receive(2)
    await expect.poll(() => page.evaluate(() => location.href), eventually).toBe(`${origin}/thanks`)
    expect(paths()[1]).toBe('/thanks?stripe_session_id=cs_test_1')
  })

  test('written again by a router counts nothing', async () => {
    await openTracked('/thanks?stripe_session_id=cs_test_1')
    await expect.poll(() => page.evaluate(() => location.search), eventually).toBe('')
    await page.evaluate(() => history.replaceState({}, '', '/thanks?stripe_session_id=cs_test_1'))
    await marker()
    expect(events().map(({ name }) => name)).toEqual(['pageview', 'marker'])
  })
})

describe('links to a hosted payment page', () => {
  const links = `
    <a id="plain" href="https://buy.stripe.com/test_abc">Buy</a>
    <a id="query" href="https://buy.stripe.com/test_abc?prefilled_email=jane%40shop.example#x"><b>Buy</b></a>
    <a id="own" href="https://buy.stripe.com/test_abc?client_reference_id=order-7">Buy</a>
    <a id="empty" href="https://buy.stripe.com/test_abc?client_reference_id=">Buy</a>
    <a id="earlier" href="https://buy.stripe.com/test_abc?client_reference_id=rt_earlier">Buy</a>
    <a id="custom" href="https://pay.shop.example/b/1">Buy</a>
    <a id="other" href="https://elsewhere.example/b/1">Read</a>
    <a id="mail" href="mailto:sales@shop.example">Write</a>
    <a id="tab" target="_blank" href="http://pay2.shop.example/tab">Buy</a>`
  const mine = `client_reference_id=${visitReference}`

  beforeEach(async () => {
    site.pages.set('/buy', {
      html: links + site.snippet('data-pay-hosts="pay.shop.example, pay2.shop.example"'),
    })
  })

  test.each([
    ['plain', `https://buy.stripe.com/test_abc?${mine}`],
    ['query', `https://buy.stripe.com/test_abc?prefilled_email=jane%40shop.example&${mine}#x`],
    ['own', 'https://buy.stripe.com/test_abc?client_reference_id=order-7'],
    ['empty', `https://buy.stripe.com/test_abc?${mine}`],
    ['earlier', `https://buy.stripe.com/test_abc?${mine}`],
    ['custom', `https://pay.shop.example/b/1?${mine}`],
    ['other', 'https://elsewhere.example/b/1'],
  ])('carry the reference when clicked: %s', async (id, destination) => {
    await openTracked('/buy')
    await page.click(`#${id}`)
    await page.waitForURL(destination)
  })

  test('are left as they are until used, and other kinds of links for good', async () => {
    await openTracked('/buy')
    await page.hover('#plain')
    expect(await page.getAttribute('#plain', 'href')).toBe('https://buy.stripe.com/test_abc')
    await page.focus('#mail')
    expect(await page.getAttribute('#mail', 'href')).toBe('mailto:sales@shop.example')
  })

  test.each([
    ['a new tab by target', () => page.click('#tab')],
    ['a new tab by the middle button', () => page.click('#tab', { button: 'middle' })],
    ['a new tab by the keyboard', () => page.press('#tab', 'Enter')],
  ])('carry it into %s', async (_case, open) => {
    await openTracked('/buy')
    const [tab] = await Promise.all([context.waitForEvent('page'), open()])
    await tab.waitForURL(`http://pay2.shop.example/tab?${mine}`)
  })

  test('carry it when their address is copied from the context menu', async () => {
    await openTracked('/buy')
    await page.click('#plain', { button: 'right' })
    expect(await page.getAttribute('#plain', 'href')).toBe(`https://buy.stripe.com/test_abc?${mine}`)
  })

  test('carry it when they were added later, in a shadow root, and clicked by the page', async () => {
    await openTracked('/buy')
    await page.evaluate(() => {
      const card = document.body.appendChild(document.createElement('div'))
      card.attachShadow({ mode: 'open' }).innerHTML = '<a href="https://buy.stripe.com/test_late">Buy</a>'
      card.shadowRoot?.querySelector('a')?.click()
    })
    await page.waitForURL(`https://buy.stripe.com/test_late?${mine}`)
  })

  test('are left alone before the collector has named the visit', async () => {
    site.answers.push({ status: 202, body: { status: 'stored' } })
    await page.goto(`${origin}/buy`)
    await receive(1)
    await page.click('#plain')
    await page.waitForURL('https://buy.stripe.com/test_abc')
  })
})

describe("Stripe's Buy Buttons and Pricing Tables", () => {
  const reference = (selector: string) => page.getAttribute(selector, 'client-reference-id')

  test('get the reference where the owner set none, now and when added later', async () => {
    site.pages.set('/buttons', {
      html: `<stripe-buy-button id="button"></stripe-buy-button><stripe-pricing-table id="table"></stripe-pricing-table>
        <stripe-buy-button id="own" client-reference-id="order-7"></stripe-buy-button>${site.snippet()}`,
    })
    await openTracked('/buttons')
    expect([await reference('#button'), await reference('#table'), await reference('#own')]).toEqual([
      visitReference,
      visitReference,
      'order-7',
    ])
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        'beforeend',
        '<p><stripe-buy-button id="late"></stripe-buy-button></p>',
      )
    })
    await expect.poll(() => reference('#late'), eventually).toBe(visitReference)
  })

  test('follow a new visit', async () => {
    site.pages.set('/buttons', { html: `<stripe-buy-button></stripe-buy-button>${site.snippet()}` })
    await openTracked('/buttons')
    site.answers.push({ status: 202, body: { status: 'stored', visit: 'rt_next' } })
    await marker()
    await expect.poll(() => reference('stripe-buy-button'), eventually).toBe('rt_next')
    expect(await page.evaluate(() => window.revtrail?.visitId)).toBe('rt_next')
  })
})

describe("a page's own events", () => {
  test('carry props, revenue and whether they are interactive, and call back', async () => {
    await openTracked('/')
    const outcome = await page.evaluate(
      () =>
        new Promise((callback) =>
          window.revtrail?.('Signup', {
            props: { plan: 'pro', seats: 3 },
            revenue: { currency: 'USD', amount: 19.9 },
            interactive: false,
            callback,
          }),
        ),
    )
    expect(outcome).toEqual({ status: 202 })
    expect(events()[1]).toMatchObject({
      name: 'Signup',
      props: { plan: 'pro', seats: '3' },
      revenue: { currency: 'USD', amount: 19.9 },
      interactive: false,
    })
  })

  test('that were queued before the script came are sent after the pageview, and a kept stub goes on working', async () => {
    site.pages.set('/', {
      html: `${stub}<script>const kept = window.revtrail; kept('early', { props: { a: '1' } }); window.late = () => kept('late')</script>${site.snippet()}`,
    })
    await openTracked('/')
    await receive(2)
    await page.evaluate(() => Reflect.get(window, 'late')())
    await receive(3)
    expect(events().map(({ name }) => name)).toEqual(['pageview', 'early', 'late'])
    expect(events()[1]?.props).toEqual({ a: '1' })
  })

  test('that cannot be sent never throw into the page', async () => {
    await openTracked('/')
    await page.evaluate(() => {
      const loop: Record<string, unknown> = {}
      loop['self'] = loop
      Reflect.apply(window.revtrail ?? (() => {}), undefined, ['Loop', { props: loop }])
      window.revtrail?.('Callback', {
        callback: () => {
          throw new Error('the page’s own')
        },
      })
    })
    await receive(2)
    await expect.poll(() => warnings.length, eventually).toBe(2)
  })
})

describe('answers', () => {
  test.each([
    ['503', { status: 503, body: { reason: 'overloaded' }, headers: { 'retry-after': '1' } }],
    ['429', { status: 429, body: { reason: 'rate_limited' } }],
  ])('%s: the same event is sent again', async (_case, refusal) => {
    site.answers.push(refusal)
    await page.goto(origin)
    await receive(2)
    expect(site.received[1]?.sent).toEqual(site.received[0]?.sent)
    await page.waitForFunction((visit) => window.revtrail?.visitId === visit, visitReference)
  })

  test('a network fault: the same event is sent again', async () => {
    let faults = 0
    await context.route('http://collector.example/api/event', (route) =>
      faults++ ? route.continue() : route.abort('connectionreset'),
    )
    await page.goto(origin)
    await receive(1)
    expect(events()[0]?.name).toBe('pageview')
  })

  test('a refusal for good is not sent again', async () => {
    site.answers.push({ status: 400, body: { status: 'dropped', reason: 'invalid', message: 'No.' } })
    await page.goto(origin)
    await expect.poll(() => warnings, eventually).toEqual(['Revtrail: invalid No.'])
    await marker()
    expect(events()).toHaveLength(2)
  })

  test.each(['null', 'ok', '[]'])('an answer without an object is taken as it is: %s', async (body) => {
    await context.route('http://collector.example/api/event', (route) =>
      route.fulfill({ status: 202, headers: { 'access-control-allow-origin': '*' }, body }),
    )
    await page.goto(origin)
    const outcome = await page.evaluate(
      () => new Promise((callback) => window.revtrail?.('next', { callback })),
    )
    expect(outcome).toEqual({ status: 202 })
    expect(warnings).toEqual([])
  })

  test('never come where the page broke fetch, which harms nothing', async () => {
    await page.addInitScript(() => {
      window.fetch = () => {
        throw new Error('broken')
      }
    })
    await page.goto(`${origin}/thanks?stripe_session_id=cs_test_1`)
    await expect.poll(() => page.evaluate(() => location.search), eventually).toBe('')
  })

  test('the reason of a drop, or of a claim not taken, is told once', async () => {
    const dropped = { status: 202, body: { status: 'dropped', reason: 'unknown_site', message: 'Add it.' } }
    const claim = { claim: 'claim_malformed', message: 'Not an id.' }
    site.answers.push(dropped, dropped, {
      status: 202,
      body: { status: 'stored', visit: visitReference, ...claim },
    })
    await page.goto(origin)
    await receive(1)
    await page.evaluate(() => window.revtrail?.('second'))
    await receive(2)
    await page.evaluate(() => window.revtrail?.('third'))
    await expect
      .poll(() => warnings, eventually)
      .toEqual(['Revtrail: unknown_site Add it.', 'Revtrail: claim_malformed Not an id.'])
  })
})

describe('the visitor and the page', () => {
  test('keep no cookie and nothing in any storage', async () => {
    site.pages.set('/', { html: `<stripe-buy-button></stripe-buy-button>${site.snippet()}` })
    await openTracked('/?stripe_session_id=cs_test_1')
    await page.evaluate(() => history.pushState({}, '', '/next'))
    await receive(2)
    const kept = await page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      cookie: document.cookie,
    }))
    expect(kept).toEqual({ local: 0, session: 0, databases: 0, cookie: '' })
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] })
  })

  test('work under a strict content security policy with trusted types', async () => {
    site.pages.set('/strict', {
      html: `<a id="buy" href="https://buy.stripe.com/test_abc">Buy</a><stripe-buy-button></stripe-buy-button>${site.snippet()}`,
      csp: "default-src 'none'; script-src http://collector.example; connect-src http://collector.example; require-trusted-types-for 'script'; trusted-types 'none'",
    })
    const refusals: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') refusals.push(message.text())
    })
    await openTracked('/strict?stripe_session_id=cs_test_1')
    await expect.poll(() => page.evaluate(() => location.search), eventually).toBe('')
    await page.click('#buy')
    await page.waitForURL(`https://buy.stripe.com/test_abc?client_reference_id=${visitReference}`)
    expect(refusals).toEqual([])
  })
})
