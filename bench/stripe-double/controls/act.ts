import type { z } from 'zod'

/** Something that the double can be told to do: takes parsed JSON, throws a ZodError for what it cannot read. */
export type Act = (body: unknown) => unknown

export function act<S extends z.ZodType>(schema: S, run: (params: z.output<S>) => unknown): Act {
  return (body) => run(schema.parse(body))
}
