const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '))

/** US dollars for one unit. Fixed, so that a run gives the same settled amounts every time. */
const USD_PER_UNIT: Readonly<Record<string, number>> = {
  usd: 1,
  eur: 1.08,
  gbp: 1.27,
  chf: 1.13,
  cad: 0.73,
  aud: 0.66,
  sek: 0.095,
  pln: 0.25,
  inr: 0.012,
  brl: 0.18,
  mxn: 0.055,
  jpy: 0.0067,
  krw: 0.00073,
  kwd: 3.25,
  bhd: 2.65,
  isk: 0.0072,
  ugx: 0.00027,
}

/**
 * Decimals of a minor unit as Stripe's API sends it. ISK and UGX have none in life but are sent with
 * two (https://docs.stripe.com/currencies, "Special cases").
 */
function exponentOf(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0
  return THREE_DECIMAL.has(currency) ? 3 : 2
}

/** The rate, in whole units, at which the double converts; throws for a currency outside its table. */
export function rateBetween(from: string, to: string): number {
  const source = USD_PER_UNIT[from]
  const target = USD_PER_UNIT[to]
  if (source === undefined || target === undefined) {
    throw new Error(`The double has no rate from ${from} to ${to}: give settlement.exchange_rate.`)
  }
  return Number((source / target).toPrecision(6))
}

/** Minor units of `from` as minor units of `to`, at a rate between whole units. */
export function convert(amount: number, route: { from: string; to: string; rate: number }): number {
  return Math.round((amount / 10 ** exponentOf(route.from)) * route.rate * 10 ** exponentOf(route.to))
}

/** Minor units as a buyer reads them, such as `$29.00` or `¥1,200`. */
export function formatMoney(amount: number, currency: string): string {
  const digits = exponentOf(currency)
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(amount / 10 ** digits)
}
