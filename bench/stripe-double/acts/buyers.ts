import type { Buyer } from '../books/records.ts'
import type { Random } from '../random.ts'

const firstNames = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Katherine', 'Linus'] as const
const lastNames = ['Sample', 'Example', 'Placeholder', 'Invented', 'Madeup', 'Fictitious'] as const
const homes = [
  { country: 'US', city: 'Springfield', postal_code: '97477' },
  { country: 'DE', city: 'Musterstadt', postal_code: '12345' },
  { country: 'GB', city: 'Ambridge', postal_code: 'BO1 1AA' },
  { country: 'FR', city: 'Clochemerle', postal_code: '69460' },
  { country: 'JP', city: 'Kamurocho', postal_code: '160-0021' },
] as const

/**
 * An invented person, with everything that Stripe tells a merchant about a real one: a test can look for
 * these words and show that Revtrail stores none of them. E-mail addresses end in `.example`.
 */
export function buyerFor(
  random: Random,
  wishes: { email?: string | undefined; name?: string | undefined; country?: string | undefined },
  prefilledEmail: string | null,
): Buyer {
  const first = random.pick(firstNames)
  const last = random.pick(lastNames)
  const home = homes.find(({ country }) => country === wishes.country) ?? random.pick(homes)
  const number = String(Math.floor(random.fraction() * 10_000)).padStart(4, '0')
  return {
    email: wishes.email ?? prefilledEmail ?? `${first}.${last}.${number}@buyers.example`.toLowerCase(),
    name: wishes.name ?? `${first} ${last}`,
    phone: `+1555010${number}`,
    country: wishes.country ?? home.country,
    line1: `${number} Sample Street`,
    city: home.city,
    postal_code: home.postal_code,
  }
}
