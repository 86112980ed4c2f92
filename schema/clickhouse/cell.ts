import { z } from 'zod'

/** A UInt64 as decimal text in, bigint out: ids pass 2^53. */
export const uint64 = z
  .union([z.string().regex(/^\d{1,20}$/), z.number().int()])
  .transform((cell) => BigInt(cell))

/** An Int64 amount or count that stays below 2^53, as text or number in, number out. */
export const integer = z
  .union([z.string().regex(/^-?\d{1,19}$/), z.number()])
  .transform(Number)
  .pipe(z.int())

/** A DateTime64(3, 'UTC') as `2026-11-24 10:00:00.123` in, milliseconds since 1970 out. */
export const instant = z
  .string()
  .transform((cell) => Date.parse(`${cell.replace(' ', 'T')}Z`))
  .pipe(z.number())

/** A Date as `2026-11-24`. */
export const date = z.iso.date()

/** Milliseconds since 1970 as the text of a DateTime64(3, 'UTC'), for a row to insert. */
export function instantCell(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23)
}
