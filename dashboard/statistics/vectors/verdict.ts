import { z } from 'zod'
import { type Answers, type Check, type Figure, type Unknown, type Vector, vector } from './vector.ts'

/** What became of one vector. */
export type VectorVerdict =
  | { kind: 'passed'; id: string }
  | { kind: 'failed'; id: string; mismatches: readonly string[] }
  | { kind: 'unknown'; id: string; reason: string }

type Tolerance = Vector['tolerance']

/**
 * Checks one entry of a vector file. An expected figure that is further off than abs + rel·|expected| fails; one
 * that our functions do not give leaves the vector unknown, however well the others agree.
 */
export function judge(entry: unknown, checks: readonly Check[]): VectorVerdict {
  const parsed = vector.safeParse(entry)
  if (!parsed.success) return { kind: 'unknown', id: nameOf(entry), reason: faultOf(parsed.error) }
  const { id, category, inputs, expected, tolerance } = parsed.data
  const ofCategory = checks.filter((check) => check.category === category)
  if (ofCategory.length === 0) return { kind: 'unknown', id, reason: `no function for category ${category}` }
  const answers = firstAnswer(parsed.data, ofCategory)
  if (answers === undefined) {
    const keys = Object.keys(inputs).join(', ')
    return { kind: 'unknown', id, reason: `no function of ${category} takes the inputs ${keys}` }
  }
  if ('unknown' in answers) return { kind: 'unknown', id, reason: String(answers.unknown) }
  const mismatches = Object.entries(expected).flatMap(([name, figure]) => {
    const answer = answers[name]
    return answer === undefined ? [] : differences(name, { answer, figure, tolerance })
  })
  if (mismatches.length > 0) return { kind: 'failed', id, mismatches }
  const missing = Object.keys(expected).filter((name) => answers[name] === undefined)
  if (missing.length > 0) return { kind: 'unknown', id, reason: `not computed: ${missing.join(', ')}` }
  return { kind: 'passed', id }
}

/** What the first check that takes the vector's inputs gives; undefined when none does. */
export function firstAnswer(entry: Vector, checks: readonly Check[]): Answers | Unknown | undefined {
  try {
    for (const { answer } of checks) {
      const answers = answer(entry)
      if (answers !== undefined) return answers
    }
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return { unknown: error.message }
    throw error
  }
}

const nameOf = (entry: unknown) => z.object({ id: z.string() }).safeParse(entry).data?.id ?? '(no id)'
const faultOf = (error: z.ZodError) =>
  `not a vector: ${error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`

type Pair = { answer: Figure; figure: Figure; tolerance: Tolerance }

/** Each figure of `figure` that `answer` is not near to; null there stands for no bound. */
export function differences(name: string, { answer, figure, tolerance }: Pair): string[] {
  if (typeof figure === 'object' && figure !== null) {
    const parts = typeof answer === 'object' && answer !== null ? answer : []
    if (parts.length !== figure.length)
      return [`${name} has ${parts.length} figures, expected ${figure.length}`]
    return figure.flatMap((part, i) =>
      differences(`${name}[${i}]`, { answer: parts[i] ?? null, figure: part, tolerance }),
    )
  }
  if (isNear(answer, figure, tolerance)) return []
  const near = `abs ${tolerance.abs}, rel ${tolerance.rel}`
  return [`${name} is ${JSON.stringify(answer)}, expected ${figure} (${near})`]
}

function isNear(answer: Figure, figure: number | null, { abs, rel }: Tolerance): boolean {
  if (figure === null) return answer === null || (typeof answer === 'number' && !Number.isFinite(answer))
  return typeof answer === 'number' && Math.abs(answer - figure) <= abs + rel * Math.abs(figure)
}

/** "3 passed, 1 failed, 2 unknown". */
export function summary(verdicts: readonly VectorVerdict[]): string {
  const count = (kind: VectorVerdict['kind']) => verdicts.filter((verdict) => verdict.kind === kind).length
  return `${count('passed')} passed, ${count('failed')} failed, ${count('unknown')} unknown`
}

/** What the command prints of one verdict; nothing of a vector that passed. */
export function lineOf(verdict: VectorVerdict): string | undefined {
  if (verdict.kind === 'failed') return `FAILED ${verdict.id}: ${verdict.mismatches.join('; ')}`
  return verdict.kind === 'unknown' ? `unknown ${verdict.id}: ${verdict.reason}` : undefined
}
