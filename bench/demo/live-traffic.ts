import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { StripeDouble } from '../stripe-double/double.ts'
import type { Random } from '../stripe-double/random.ts'
import { type SimulatedVisit, simulateVisits } from './shop-traffic.ts'

export type LiveTrafficOptions = {
  collectorUrl: string
  domain: string
  double: StripeDouble
  links: Map<string, string>
  addresses: Map<string, string[]>
  random: Random
  signal: AbortSignal
}

const answer = z.object({ visit: z.string().optional() })

/** Sends visits over HTTP as long as the demo runs, so that the dashboard has someone on the site now. */
export async function sendLiveTraffic(options: LiveTrafficOptions): Promise<void> {
  const { signal, random } = options
  const now = Date.now()
  const visits = simulateVisits({ from: now, to: now + 365 * 86_400_000, perDay: 12_000 }, random)
  for (const visit of visits) {
    const wait = visit.startedAt - Date.now()
    if (wait > 0) await pause(wait, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    // A visit that fails (the collector restarts, say) is not worth ending the demo.
    void follow(visit, options).catch(() => {})
  }
}

async function follow(visit: SimulatedVisit, options: LiveTrafficOptions): Promise<void> {
  const { addresses, random, signal, double, links } = options
  const address = random.pick(addresses.get(visit.country) ?? [])
  if (!address) return
  const send = async (path: string, referrer: string) => {
    const response = await fetch(`${options.collectorUrl}/api/event`, {
      method: 'POST',
      headers: {
        'content-type': 'text/plain',
        'user-agent': visit.userAgent,
        'x-forwarded-for': address,
        origin: `https://${options.domain}`,
      },
      body: JSON.stringify({
        n: 'pageview',
        u: `https://${options.domain}${path}`,
        d: options.domain,
        r: referrer,
      }),
      signal,
    })
    return answer.parse(await response.json()).visit ?? null
  }
  let reference = await send(visit.landing, visit.referrer)
  let elapsed = 0
  for (const page of visit.pages) {
    await pause(page.after - elapsed, undefined, { signal })
    elapsed = page.after
    reference = await send(page.path, '')
  }
  if (!visit.purchase) return
  await pause(visit.purchase.after - elapsed, undefined, { signal })
  const link = links.get(visit.purchase.product.name)
  const session = double.createCheckoutSession({
    ...(link ? { payment_link: link } : {}),
    client_reference_id: reference,
  })
  double.pay(session.id)
  await send(`/thanks?stripe_session_id=${session.id}`, 'https://checkout.stripe.com/')
}
