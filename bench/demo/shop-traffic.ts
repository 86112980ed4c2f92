import type { Random } from '../stripe-double/random.ts'

/** A simulated visit of the sample shop. Times are ms since 1970, `after` is ms since the visit's start. */
export type SimulatedVisit = {
  startedAt: number
  country: string
  userAgent: string
  referrer: string
  /** Path and query of the first page. */
  landing: string
  pages: { path: string; after: number }[]
  purchase: { product: Product; after: number } | null
}

/** What the sample shop sells; amounts in minor units. */
export type Product = { name: string; amount: number; currency: string; share: number }

export const products = [
  { name: 'Starter', amount: 2_900, currency: 'usd', share: 0.46 },
  { name: 'Pro', amount: 4_900, currency: 'usd', share: 0.34 },
  { name: 'Studio', amount: 12_050, currency: 'usd', share: 0.15 },
  { name: 'Team (EU)', amount: 9_900, currency: 'eur', share: 0.05 },
] as const satisfies readonly Product[]

type Origin = { share: number; buyers: number; referrer: string; query: string; landing: readonly string[] }

const blog = ['/blog/cookie-free', '/blog/pricing-pages', '/'] as const
const origins = [
  {
    share: 0.31,
    buyers: 0.013,
    referrer: 'https://www.google.com/',
    query: '',
    landing: ['/', '/templates', '/blog/cookie-free', '/pricing'],
  },
  { share: 0.2, buyers: 0.018, referrer: '', query: '', landing: ['/', '/pricing', '/'] },
  {
    share: 0.12,
    buyers: 0.041,
    referrer: '',
    query: 'utm_source=newsletter&utm_medium=email&utm_campaign=november-issue',
    landing: ['/templates', '/pricing'],
  },
  {
    share: 0.09,
    buyers: 0.004,
    referrer: 'https://news.ycombinator.com/item?id=4187',
    query: '',
    landing: ['/blog/cookie-free'],
  },
  {
    share: 0.07,
    buyers: 0.021,
    referrer: 'https://www.google.com/',
    query: 'utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=demo',
    landing: ['/pricing', '/'],
  },
  { share: 0.05, buyers: 0.006, referrer: 'https://t.co/', query: '', landing: blog },
  {
    share: 0.04,
    buyers: 0.02,
    referrer: 'https://www.youtube.com/',
    query: '',
    landing: ['/', '/templates'],
  },
  { share: 0.03, buyers: 0.014, referrer: 'https://chatgpt.com/', query: '', landing: ['/', '/docs/start'] },
  { share: 0.03, buyers: 0.012, referrer: 'https://www.bing.com/', query: '', landing: ['/'] },
  { share: 0.03, buyers: 0.013, referrer: 'https://duckduckgo.com/', query: '', landing: blog },
  { share: 0.02, buyers: 0.005, referrer: 'https://www.reddit.com/r/selfhosted/', query: '', landing: blog },
  {
    share: 0.01,
    buyers: 0.03,
    referrer: 'https://studio-lindqvist.example/tools',
    query: '',
    landing: ['/'],
  },
] as const satisfies readonly Origin[]

/** Where visitors come from, as shares. */
export const countries = {
  US: 0.38,
  DE: 0.13,
  GB: 0.11,
  FR: 0.07,
  IN: 0.07,
  NL: 0.05,
  CA: 0.05,
  BR: 0.04,
  AU: 0.03,
  JP: 0.03,
  SE: 0.02,
  ES: 0.02,
}

const userAgents = [
  [
    0.36,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  ],
  [
    0.14,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  ],
  [
    0.12,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
  ],
  [
    0.16,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  ],
  [
    0.1,
    'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36',
  ],
  [0.07, 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0'],
  [
    0.05,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0.0.0',
  ],
] as const

const nextPages = ['/pricing', '/templates', '/docs/start', '/blog/cookie-free', '/about', '/'] as const
const hourMs = 3_600_000
const dayMs = 24 * hourMs

function weighted<T>(choices: readonly (readonly [number, T])[], random: Random): T | undefined {
  let rest = random.fraction() * choices.reduce((sum, [share]) => sum + share, 0)
  for (const [share, choice] of choices) {
    rest -= share
    if (rest < 0) return choice
  }
  return choices.at(-1)?.[1]
}

/** How busy the shop is at an instant, 1 on average: evenings more than nights, weekdays more, growing over time. */
function busyness(at: number, from: number, to: number): number {
  const hour = (at % dayMs) / hourMs
  const weekday = Math.floor(at / dayMs + 4) % 7
  const daily = 1 + 0.65 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)
  const weekly = weekday === 0 || weekday === 6 ? 0.72 : 1.1
  return daily * weekly * (0.75 + (0.5 * (at - from)) / (to - from))
}

function simulateVisit(startedAt: number, random: Random): SimulatedVisit {
  const origin =
    weighted(
      origins.map((each) => [each.share, each] as const),
      random,
    ) ?? origins[0]
  const path = random.pick(origin.landing)
  const buys = random.fraction() < origin.buyers
  const bounces = !buys && random.fraction() < 0.46
  const pages: SimulatedVisit['pages'] = []
  let after = 0
  const length = bounces ? 0 : 1 + Math.floor(random.fraction() ** 2 * 6)
  for (let step = 0; step < length; step++) {
    after += 8_000 + Math.floor(random.fraction() ** 2 * 150_000)
    pages.push({ path: random.pick(nextPages), after })
  }
  if (buys && pages.at(-1)?.path !== '/pricing') {
    after += 20_000
    pages.push({ path: '/pricing', after })
  }
  const product =
    weighted(
      products.map((each) => [each.share, each] as const),
      random,
    ) ?? products[0]
  return {
    startedAt,
    country:
      weighted(
        Object.entries(countries).map(([code, share]) => [share, code] as const),
        random,
      ) ?? 'US',
    userAgent: weighted(userAgents, random) ?? userAgents[0][1],
    referrer: origin.referrer,
    landing: origin.query ? `${path}?${origin.query}` : path,
    pages,
    purchase: buys ? { product, after: after + 45_000 + Math.floor(random.fraction() * 120_000) } : null,
  }
}

/**
 * The visits of a period in the order of their start, about `perDay` a day.
 *
 * @param period `from` and `to` in ms
 */
export function* simulateVisits(
  period: { from: number; to: number; perDay: number },
  random: Random,
): Generator<SimulatedVisit> {
  const gap = dayMs / period.perDay
  for (let at = period.from; at < period.to; ) {
    at += (-Math.log(1 - random.fraction()) * gap) / busyness(at, period.from, period.to)
    if (at < period.to) yield simulateVisit(Math.floor(at), random)
  }
}
