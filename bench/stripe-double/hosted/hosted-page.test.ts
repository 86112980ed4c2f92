import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doubleForTests } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture

beforeAll(async () => {
  fixture = await doubleForTests()
})
afterAll(() => fixture.double.close())

const thanks = 'https://shop.example/thanks?stripe_session_id={CHECKOUT_SESSION_ID}'

/** Opens a page as a browser would; the form's address holds the session. */
async function open(address: string) {
  const response = await fetch(address, { redirect: 'manual' })
  const html = await response.text()
  const action = /action="([^"]+)"/.exec(html)?.[1] ?? ''
  return { status: response.status, html, action, id: action.split('/').at(-1) ?? '' }
}

async function submit(action: string, fields: Record<string, string> = {}) {
  const body = new URLSearchParams({
    email: 'buyer@buyers.example',
    method: 'card',
    action: 'pay',
    ...fields,
  })
  const response = await fetch(`${fixture.double.url}${action}`, { method: 'POST', body, redirect: 'manual' })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

const read = (id: string) =>
  fixture.client(fixture.account.keys.test.restricted).checkout.sessions.retrieve(id)

describe('the page of a Payment Link', () => {
  it('shows product and price, makes a session on each load, and sends the buyer back', async () => {
    const link = fixture.double.createPaymentLink({
      name: 'Map <of> "trails"',
      amount: 2900,
      redirect_url: thanks,
    })
    expect(link.url).toMatch(/\/pay\/test_\w{18}$/)
    const first = await open(link.url)
    const second = await open(link.url)
    expect(first.html).toContain('Map &#60;of&#62; &#34;trails&#34;')
    expect(first.html).toContain('$29.00')
    expect(second.id).not.toBe(first.id)
    expect(await read(first.id)).toMatchObject({ status: 'open', payment_link: link.id })
    expect(await submit(first.action)).toMatchObject({
      status: 303,
      location: `https://shop.example/thanks?stripe_session_id=${first.id}`,
    })
    expect(await read(first.id)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      customer_details: { email: 'buyer@buyers.example' },
    })
    expect(await read(second.id)).toMatchObject({ status: 'open' })
  })

  it.each([
    ['client_reference_id=rt_abc-1', { client_reference_id: 'rt_abc-1' }],
    ['client_reference_id=has%20space', { client_reference_id: null }],
    [`client_reference_id=${'x'.repeat(201)}`, { client_reference_id: null }],
    ['prefilled_email=a%40b.example', { customer_email: 'a@b.example' }],
    ['', { client_reference_id: null, customer_email: null }],
  ])('takes %s', async (query, expected) => {
    const link = fixture.double.createPaymentLink()
    const page = await open(`${link.url}?${query}`)
    expect(await read(page.id)).toMatchObject(expected)
  })

  it('carries UTM codes of up to 150 characters to the redirect', async () => {
    const link = fixture.double.createPaymentLink({ redirect_url: `${thanks}#done` })
    const page = await open(
      `${link.url}?utm_source=news&utm_medium=e%20mail&utm_term=${'x'.repeat(151)}&other=1`,
    )
    const { location } = await submit(page.action)
    expect(location).toBe(
      `https://shop.example/thanks?stripe_session_id=${page.id}&utm_source=news&utm_medium=e+mail#done`,
    )
  })

  it('takes a bank debit that arrives later', async () => {
    const page = await open(fixture.double.createPaymentLink({ redirect_url: thanks }).url)
    expect(await submit(page.action, { method: 'bank_debit' })).toMatchObject({ status: 303 })
    expect(await read(page.id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
  })

  it('lets a buyer pay and close the tab', async () => {
    const page = await open(fixture.double.createPaymentLink({ redirect_url: thanks }).url)
    expect(await submit(page.action, { action: 'pay_and_close' })).toMatchObject({
      status: 200,
      location: null,
    })
    expect(await read(page.id)).toMatchObject({ payment_status: 'paid' })
  })

  it('confirms by itself when the link sends nobody back', async () => {
    const page = await open(fixture.double.createPaymentLink().url)
    const answer = await submit(page.action)
    expect(answer).toMatchObject({ status: 200, location: null })
    expect(answer.html).toContain('Thanks for your payment')
  })

  it('takes no second payment, and none after the session expired', async () => {
    const paid = await open(fixture.double.createPaymentLink({ redirect_url: thanks }).url)
    await submit(paid.action)
    expect((await submit(paid.action)).html).toContain('already completed')
    const late = await open(fixture.double.createPaymentLink().url)
    fixture.double.expire(late.id)
    expect((await submit(late.action)).html).toContain('expired')
  })

  it('is switched off with its link', async () => {
    const link = fixture.double.createPaymentLink({ inactive_message: 'Sold out' })
    fixture.double.updatePaymentLink(link.id, { active: false })
    const page = await open(link.url)
    expect(page.html).toContain('Sold out')
    expect(page.action).toBe('')
  })

  it('is also at the root, where a browser that maps buy.stripe.com looks', async () => {
    const link = fixture.double.createPaymentLink()
    const page = await open(link.url.replace('/pay/', '/'))
    expect(page.id).toMatch(/^cs_test_/)
  })

  it('serves API sessions too, with their success_url', async () => {
    const { id, url } = fixture.double.createCheckoutSession({
      success_url: thanks,
      amount: 1200,
      currency: 'jpy',
    })
    const page = await open(url ?? '')
    expect(page.html).toContain('¥1,200')
    expect((await submit(page.action)).location).toContain(id)
  })

  it.each(['/', '/pay/test_unknownunknownun', '/c/pay/cs_test_gone', '/favicon.ico'])(
    'knows no %s',
    async (path) => {
      expect((await open(`${fixture.double.url}${path}`)).status).toBe(404)
    },
  )
})
