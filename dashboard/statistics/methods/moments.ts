/** How many units were observed, their mean, and the variance of one unit. */
export type Moments = { n: number; mean: number; variance: number }

/** Sums of one value per unit; `sum_squares` as Float64. */
export type ValueSums = { n: number; sum: number; sum_squares: number }

/**
 * Mean and sample variance (n − 1) of one value per unit, from sums (statistics.md 1.3 "Moments").
 *
 * @returns null with fewer than two units, or with sums that are not finite
 */
export function meanMoments({ n, sum, sum_squares }: ValueSums): Moments | null {
  if (!(n >= 2)) return null
  const mean = sum / n
  const variance = Math.max(0, (sum_squares - sum * mean) / (n - 1))
  return finite({ n, mean, variance })
}

/**
 * A conversion rate k/n with variance p(1 − p), no n − 1 (statistics.md 1.3 "Moments").
 *
 * @returns null without units, or when there are more successes than units
 */
export function rateMoments(successes: number, n: number): Moments | null {
  if (!(n >= 1 && successes >= 0 && successes <= n)) return null
  const mean = successes / n
  return finite({ n, mean, variance: mean * (1 - mean) })
}

export type RatioSums = {
  n: number
  num_sum: number
  num_sum_squares: number
  den_sum: number
  den_sum_squares: number
  num_den_sum_products: number
}

/**
 * A ratio of two sums whose unit is the visitor, such as revenue per order, with its variance per visitor by the
 * delta method (statistics.md 1.3 "Ratio metric").
 *
 * @returns null with fewer than two units or an empty denominator
 */
export function ratioMoments(sums: RatioSums): Moments | null {
  const { n, num_sum, den_sum, num_den_sum_products } = sums
  const num = meanMoments({ n, sum: num_sum, sum_squares: sums.num_sum_squares })
  const den = meanMoments({ n, sum: den_sum, sum_squares: sums.den_sum_squares })
  if (num === null || den === null || den.mean === 0) return null
  const covariance = (num_den_sum_products - (num_sum * den_sum) / n) / (n - 1)
  return finite({ n, mean: num.mean / den.mean, variance: Math.max(0, ratioVariance(num, den, covariance)) })
}

/** Variance per unit of num/den: (s²_num − 2R·cov + R²·s²_den) / den². */
export function ratioVariance(
  num: Pick<Moments, 'mean' | 'variance'>,
  den: Pick<Moments, 'mean' | 'variance'>,
  covariance: number,
): number {
  const ratio = num.mean / den.mean
  return (num.variance - 2 * ratio * covariance + ratio * ratio * den.variance) / (den.mean * den.mean)
}

const finite = (moments: Moments) =>
  Number.isFinite(moments.mean) && Number.isFinite(moments.variance) ? moments : null
