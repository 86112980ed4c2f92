/** Points and weights of an integral over [−1, 1]. */
export type Rule = readonly { point: number; weight: number }[]

const NEWTON_STEPS = 100

/** Gauss–Legendre rule with `count` points, exact for polynomials up to degree 2·count − 1 (DLMF 3.5.15). */
export function gaussLegendre(count: number): Rule {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 1
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const legendre = legendreAt(count, x)
      slope = legendre.slope
      const move = legendre.value / slope
      x -= move
      if (Math.abs(move) < 1e-15) break
    }
    return { point: x, weight: 2 / ((1 - x * x) * slope * slope) }
  })
}

function legendreAt(degree: number, x: number): { value: number; slope: number } {
  let before = 1
  let value = x
  for (let n = 2; n <= degree; n++) {
    const next = ((2 * n - 1) * x * value - (n - 1) * before) / n
    before = value
    value = next
  }
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) }
}

/** ∫ f over [low, high] by a rule. */
export function integrate(
  rule: Rule,
  f: (x: number) => number,
  [low, high]: readonly [number, number],
): number {
  const half = (high - low) / 2
  const middle = (high + low) / 2
  let sum = 0
  for (const { point, weight } of rule) sum += weight * f(middle + half * point)
  return sum * half
}
