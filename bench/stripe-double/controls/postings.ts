/** Something that moved money at a moment (Unix seconds), in minor units of `currency`. */
export type Posting = {
  created: number
  currency: string
  orders?: number
  gross?: number
  refunded?: number
  lost?: number
  fee?: number
}

/** The sum of postings in one currency; `net` = gross - refunded - lost. */
export function sumOf(currency: string, postings: readonly Posting[]) {
  const sums = { currency, orders: 0, gross: 0, refunded: 0, lost: 0, net: 0, fee: 0 }
  for (const { orders = 0, gross = 0, refunded = 0, lost = 0, fee = 0 } of postings) {
    sums.orders += orders
    sums.gross += gross
    sums.refunded += refunded
    sums.lost += lost
    sums.net += gross - refunded - lost
    sums.fee += fee
  }
  return sums
}

/** Sums per day and currency, in the order of both. A day on which nothing was moved has no row. */
export function sumByDay(postings: readonly Posting[], dayOf: (created: number) => string) {
  const groups = new Map<string, { day: string; currency: string; postings: Posting[] }>()
  for (const posting of postings) {
    const { orders = 0, gross = 0, refunded = 0, lost = 0, fee = 0, currency } = posting
    if (!orders && !gross && !refunded && !lost && !fee) continue
    const day = dayOf(posting.created)
    const name = `${day} ${currency}`
    const group = groups.get(name)
    if (group) group.postings.push(posting)
    else groups.set(name, { day, currency, postings: [posting] })
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ day: group.day, ...sumOf(group.currency, group.postings) }))
}

/** Every offset that is in use is a whole number of quarters of an hour. */
const QUARTER_S = 900

/** Unix seconds to `2026-11-24` in a time zone; the Swedish locale writes ISO dates. */
export function createCalendar(timeZone: string): (created: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const known = new Map<number, string>()
  return (created) => {
    const quarter = Math.floor(created / QUARTER_S)
    const day = known.get(quarter) ?? format.format(quarter * QUARTER_S * 1000)
    known.set(quarter, day)
    return day
  }
}
