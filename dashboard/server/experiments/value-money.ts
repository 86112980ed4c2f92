import { currencyExponent } from '../../../schema/payment/money.ts'

/** A decimal amount as money: an average keeps its decimals in `value`, `amount` is the nearest minor unit. */
export function valueMoney(value: number, currency: string) {
  return { amount: Math.round(value * 10 ** currencyExponent(currency)), currency, value }
}
