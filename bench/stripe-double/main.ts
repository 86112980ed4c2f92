import { parseArgs } from 'node:util'
import { z } from 'zod'
import { startStripeDouble } from './double.ts'
import { createScaledClock } from './scaled-clock.ts'

const options = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(12_111),
  seed: z.string().default('revtrail'),
  redirect: z.string().optional(),
  start: z.iso.datetime({ offset: true }).optional(),
  speed: z.coerce.number().positive().default(1),
})

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    seed: { type: 'string' },
    redirect: { type: 'string' },
    start: { type: 'string' },
    speed: { type: 'string' },
  },
})
const { port, seed, redirect, start, speed } = options.parse(values)
// The machine's own clock unless asked otherwise: a scaled one stands still while a laptop sleeps.
const own = start === undefined && speed === 1
const clock = createScaledClock({ start: start === undefined ? Date.now() : Date.parse(start), speed })
const double = await startStripeDouble({
  port,
  seed,
  ...(!own && { now: clock.now, limits: { clock: clock.elapsed } }),
})

const products = [
  { name: 'Trail map, printed', amount: 2900 },
  { name: 'Head torch', amount: 6450 },
  { name: 'Trail club membership', amount: 900, mode: 'subscription' },
] as const
const links = products.map((product) => {
  const { url } = double.createPaymentLink({ ...product, redirect_url: redirect ?? null })
  return `  ${url}  ${product.name}`
})
const key = double.accounts[0]?.keys.test.restricted

process.stdout.write(`Stripe's double listens on ${double.url}

Restricted test key (paste it under Site settings > Revenue):
  ${key}

Payment Links${redirect ? '' : ' (start with --redirect "https://shop.example/thanks?stripe_session_id={CHECKOUT_SESSION_ID}" to come back to a shop)'}:
${links.join('\n')}

Point Revtrail at it:
  STRIPE_API_BASE=${double.url} ALLOW_STRIPE_DOUBLE=1 npm start

Drive it: curl -d '{"payment":"cs_test_...","amount":500}' ${double.url}/_double/refund
Every act: curl ${double.url}/_double/
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    double.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
}
