import { z } from 'zod'

/** A number, null for "no bound", or nested lists of them. */
export type Figure = number | null | readonly Figure[]
const figure: z.ZodType<Figure> = z.lazy(() => z.union([z.number(), z.null(), z.array(figure)]))

/** One published example: what goes in, what comes out, and how near an answer must be. */
export const vector = z.object({
  id: z.string(),
  category: z.string(),
  method: z.string().default(''),
  inputs: z.record(z.string(), z.unknown()),
  expected: z.record(z.string(), figure),
  tolerance: z.object({ abs: z.number().default(0), rel: z.number().default(0) }),
  recomputed: z.record(z.string(), figure).default({}),
})
export type Vector = z.infer<typeof vector>

/** What our functions give for a vector's inputs, by the names of `expected`. */
export type Answers = Readonly<Record<string, Figure>>
/** Why a vector is not checked, in words for the person who runs the command. */
export type Unknown = { unknown: string }

/** Answers a vector whose inputs have its keys; undefined when they have not. */
export type Check = { category: string; answer: (vector: Vector) => Answers | Unknown | undefined }

/** A check of one shape of inputs. A key that the shape does not name makes it another shape. */
export function check<Shape extends z.ZodRawShape>(
  category: string,
  shape: Shape,
  compute: (inputs: z.infer<z.ZodObject<Shape>>, vector: Vector) => Answers | Unknown,
): Check {
  const inputs = z.strictObject(shape)
  return {
    category,
    answer: (vector) => {
      const parsed = inputs.safeParse(vector.inputs)
      return parsed.success ? compute(parsed.data, vector) : undefined
    },
  }
}

/** Where inputs are the same for several methods, the vector's own words say which is meant. */
export const says = ({ id, method }: Vector, words: RegExp) => words.test(`${id} ${method}`)
