/** A seeded source of the draws that a simulated shop needs. */
export type Draws = {
  /** A number in [0, 1). */
  uniform: () => number
  /** A standard normal value. */
  normal: () => number
}

/** Bob Jenkins's small fast 32-bit generator: quick enough for a hundred million draws, and the same everywhere. */
export function createDraws(seed: number): Draws {
  let [a, b, c, d] = [0xf1ea5eed, seed | 0, seed | 0, seed | 0]
  const next = () => {
    const e = (a - ((b << 27) | (b >>> 5))) | 0
    a = b ^ ((c << 17) | (c >>> 15))
    b = (c + d) | 0
    c = (d + e) | 0
    d = (e + a) | 0
    return d >>> 0
  }
  for (let i = 0; i < 20; i++) next()
  const uniform = () => next() / 2 ** 32
  let spare: number | null = null
  /** Marsaglia's polar method, which makes two at a time. */
  const normal = () => {
    if (spare !== null) {
      const value = spare
      spare = null
      return value
    }
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      spare = y * factor
      return x * factor
    }
  }
  return { uniform, normal }
}

/** Draws of Binomial(n, p) by inversion of its cumulative distribution, from a table made once. */
export function binomialTable(n: number, p: number): (draws: Draws) => number {
  const cumulative: number[] = []
  let probability = (1 - p) ** n
  let sum = 0
  for (let k = 0; k <= n && sum < 1 - 1e-12; k++) {
    sum += probability
    cumulative.push(sum)
    probability *= ((n - k) / (k + 1)) * (p / (1 - p))
  }
  return ({ uniform }) => {
    const u = uniform()
    const k = cumulative.findIndex((below) => u < below)
    return k === -1 ? cumulative.length : k
  }
}
