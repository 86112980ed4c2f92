import { z } from 'zod'
import { agrestiCaffoInterval, proportionsTest, waldInterval, wilsonInterval } from '../methods/rates.ts'
import { present } from './arms.ts'
import { type Check, check, says } from './vector.ts'

const count = z.number().nonnegative()
const alpha = z.number().default(0.05)
const pair = { x1: count, n1: count, x2: count, n2: count }

export const rateChecks: readonly Check[] = [
  check('two-proportion-z', { ...pair, pooled: z.boolean(), alpha }, ({ x1, n1, x2, n2, pooled, alpha }) => {
    const [first, second] = [
      { successes: x1, n: n1 },
      { successes: x2, n: n2 },
    ]
    const { low, high } = present(waldInterval(first, second, alpha))
    return { ...present(proportionsTest(first, second, pooled)), ci: [low, high] }
  }),
  check('two-proportion-z', { ...pair, alpha: z.number() }, ({ x1, n1, x2, n2, alpha }, vector) => {
    if (says(vector, /newcombe/i)) return { unknown: 'the product has Agresti–Caffo, not Newcombe' }
    const interval =
      says(vector, /wald/i) && !says(vector, /agresti|caffo/i) ? waldInterval : agrestiCaffoInterval
    const { low, high } = present(interval({ successes: x1, n: n1 }, { successes: x2, n: n2 }, alpha))
    return { ci: [low, high] }
  }),
  check('two-proportion-z', { x: count, n: count, alpha }, ({ x, n, alpha }, vector) => {
    if (!says(vector, /wilson/i)) return { unknown: 'the product has Wilson’s interval of one rate only' }
    const { low, high } = present(wilsonInterval({ successes: x, n }, alpha))
    return { ci: [low, high] }
  }),
]
