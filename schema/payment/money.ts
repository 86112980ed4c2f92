/**
 * Decimal places of Stripe's minor units. Not Intl's: ISK and UGX are sent with two places for compatibility although
 * they have none. Source: https://docs.stripe.com/currencies
 */
const zeroDecimal = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const threeDecimal = new Set('bhd jod kwd omr tnd'.split(' '))

/** The number of decimal places of a currency's minor unit at Stripe: 0, 2 or 3. */
export function currencyExponent(currency: string): 0 | 2 | 3 {
  const code = currency.toLowerCase()
  if (zeroDecimal.has(code)) return 0
  return threeDecimal.has(code) ? 3 : 2
}

/** An amount in answers: `amount` in minor units, `currency` an ISO code in lower case, `value` the decimal number. */
export type Money = { amount: number; currency: string; value: number }

/** Minor units and a currency as the object that answers carry. */
export function toMoney(amount: number, currency: string): Money {
  const code = currency.toLowerCase()
  return { amount, currency: code, value: amount / 10 ** currencyExponent(code) }
}

/** A decimal number as minor units, rounded to the nearest. */
export function toMinorUnits(value: number, currency: string): number {
  return Math.round(value * 10 ** currencyExponent(currency))
}
