/** What this room needs of an amount: an ISO code in lower case and a decimal value. */
type Amount = { currency: string; value: number }

const formats = new Map<string, Intl.NumberFormat>()

/** An amount with all the decimals its currency has: $120.50, ¥500, KWD 12.345. */
export function formatMoney({ value, currency }: Amount): string {
  return formatFor(currency, null).format(value)
}

/**
 * An amount for figures and columns: whole units from 100 up and for round amounts, decimals below, compact from ten
 * million.
 */
export function formatShortMoney({ value, currency }: Amount): string {
  if (Math.abs(value) >= 10_000_000) return formatFor(currency, 'compact').format(value)
  const isWhole = Math.abs(value) >= 100 || Number.isInteger(value)
  return formatFor(currency, isWhole ? 'whole' : null).format(value)
}

/** An amount for an axis: $0, $500, $1.2K. */
export function formatAxisMoney({ value, currency }: Amount): string {
  if (Math.abs(value) >= 1_000) return formatFor(currency, 'compact').format(value)
  return formatShortMoney({ value, currency })
}

/** Amounts in other currencies than the site's, never added up: "+ €120.00 + £8.00"; '' when there are none. */
export function formatOthers(others: readonly Amount[] | undefined): string {
  return (others ?? []).map((amount) => `+ ${formatMoney(amount)}`).join(' ')
}

/** The name of a currency with its code: "US Dollar (USD)". An unknown code is its own name. */
export function currencyName(code: string): string {
  const upper = code.toUpperCase()
  const name = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' }).of(upper)
  return name === undefined ? upper : `${name} (${upper})`
}

function formatFor(currency: string, form: 'whole' | 'compact' | null): Intl.NumberFormat {
  const key = `${currency} ${form}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: currency.toUpperCase(),
    ...(form === 'whole' ? { maximumFractionDigits: 0, minimumFractionDigits: 0 } : {}),
    ...(form === 'compact'
      ? { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }
      : {}),
  })
  formats.set(key, made)
  return made
}
