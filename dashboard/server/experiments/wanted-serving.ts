import { type ExperimentServing, experimentServing } from '../../../schema/experiment/experiment.ts'
import type { ExperimentBody } from '../../contract/experiments.ts'
import type { Fault } from './fault.ts'

type Wanted = Pick<ExperimentBody, 'kind' | 'page' | 'coverage' | 'variants'>

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** What a body asks to serve: weights as shares, ids given where there are none. */
export function wantedServing({
  kind,
  page,
  coverage,
  variants,
}: Wanted): { ok: true; serving: ExperimentServing } | { ok: false; fault: Fault } {
  const weights = shares(variants.map(({ weight }) => weight))
  if (weights === null) {
    const sum = Number(variants.reduce((total, { weight }) => total + weight, 0).toFixed(4))
    return {
      ok: false,
      fault: {
        reason: 'weights_do_not_add_up',
        field: 'variants',
        message: `The weights add up to ${sum}; make them add up to 1, or to 100.`,
      },
    }
  }
  const taken = new Set(variants.flatMap(({ id }) => id ?? []))
  const free = [...letters].filter((letter) => !taken.has(letter))
  const given = variants.map(({ id, ...rest }, i) => ({
    ...rest,
    id: id ?? free.shift() ?? `v${i}`,
    weight: weights[i] ?? 0,
  }))
  const parsed = experimentServing.safeParse({ kind, page, coverage, variants: given })
  if (parsed.success && !/[?#]/.test(page)) return { ok: true, serving: parsed.data }
  return {
    ok: false,
    fault: {
      reason: 'page_is_not_a_path',
      field: 'page',
      message: 'The page is a path such as /pricing, without spaces, ? and #.',
    },
  }
}

// A third is 0.333 or 33.3 to a person.
function shares(weights: readonly number[]): number[] | null {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (Math.abs(sum - 1) > 0.002 && Math.abs(sum - 100) > 0.2) return null
  // Shares that were given out before stay to the last bit, or they would look changed.
  return Math.abs(sum - 1) < 1e-9 ? [...weights] : weights.map((weight) => weight / sum)
}
