/** Enough to halve a bracket of 1 down to the least double, and then to its last bit. */
const HALVINGS = 1_200

/**
 * Root of a continuous function whose values at `low` and `high` have different signs: bisection with inverse
 * quadratic steps where they are safe (Chandrupatla 1997, Advances in Engineering Software 28(3)).
 *
 * @returns the root to about the last bit of a double
 * @throws RangeError when the ends do not bracket a root
 */
export function solveInBracket(value: (x: number) => number, low: number, high: number): number {
  let [x1, x2] = [low, high]
  let [f1, f2] = [value(x1), value(x2)]
  if (f1 === 0) return x1
  if (f2 === 0) return x2
  if (!(f1 * f2 < 0)) throw new RangeError(`no root between ${low} and ${high}`)
  let step = 0.5
  for (let i = 0; i < HALVINGS; i++) {
    const x = x1 + step * (x2 - x1)
    const f = value(x)
    const [x3, f3] = Math.sign(f) === Math.sign(f1) ? [x1, f1] : [x2, f2]
    if (Math.sign(f) !== Math.sign(f1)) [x2, f2] = [x1, f1]
    ;[x1, f1] = [x, f]
    const best = Math.abs(f1) < Math.abs(f2) ? x1 : x2
    const share = (2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE) / Math.abs(x2 - x1)
    if (share > 0.5 || f1 === 0) return best
    step = Math.min(Math.max(nextStep({ x1, x2, x3, f1, f2, f3 }), share), 1 - share)
  }
  return Math.abs(f1) < Math.abs(f2) ? x1 : x2
}

type Points = { x1: number; x2: number; x3: number; f1: number; f2: number; f3: number }

function nextStep({ x1, x2, x3, f1, f2, f3 }: Points): number {
  const xi = (x1 - x2) / (x3 - x2)
  const phi = (f1 - f2) / (f3 - f2)
  const safe = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi
  if (!safe) return 0.5
  const first = (f1 / (f2 - f1)) * (f3 / (f2 - f3))
  const second = ((x3 - x1) / (x2 - x1)) * (f1 / (f3 - f1)) * (f2 / (f3 - f2))
  return first + second
}
