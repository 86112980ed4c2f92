import type { Random } from '../stripe-double/random.ts'

/** The country of an address, or '' when unknown. */
export type CountryOf = (address: string) => string

/**
 * Random public IPv4 addresses by country, found by asking the geo database, so that simulated visitors come from
 * where the collector will see them.
 *
 * @param wanted how many addresses each country needs
 */
export function findAddresses(
  wanted: Record<string, number>,
  countryOf: CountryOf,
  random: Random,
): Map<string, string[]> {
  const found = new Map<string, string[]>(Object.keys(wanted).map((country) => [country, []]))
  let missing = Object.values(wanted).reduce((sum, count) => sum + count, 0)
  for (let tries = 0; missing > 0 && tries < 2_000_000; tries++) {
    const octets = [
      1 + Math.floor(random.fraction() * 222),
      ...[0, 0, 0].map(() => Math.floor(random.fraction() * 256)),
    ]
    if (octets[0] === 10 || octets[0] === 127) continue
    const address = octets.join('.')
    const country = countryOf(address)
    const list = found.get(country)
    if (!list || list.length >= (wanted[country] ?? 0)) continue
    list.push(address)
    missing--
  }
  return found
}
