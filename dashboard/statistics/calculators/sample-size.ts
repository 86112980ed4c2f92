import { normalQuantile } from '../functions/normal.ts'
import { type RateChange, rateSpreads } from './power.ts'

/** The boundary in standard errors, and the chance that the effect must have to pass it. */
export type Demand = { multiplier: number; power: number }

/**
 * Visitors per arm to see rates change, not rounded (statistics.md 1.3 "Sample size", the formula of ClickHouse's
 * minSampleSizeConversion and R's power.prop.test). Infinite for rates that are equal.
 */
export function visitorsForRates(change: RateChange, { multiplier, power }: Demand): number {
  const { none, effect } = rateSpreads(change)
  const reach = multiplier * none + normalQuantile(power) * effect
  return (reach / (change.to - change.from)) ** 2
}

/** Visitors per arm to see means that differ by `difference`, not rounded: 2 s² (z + z_power)² / Δ². */
export function visitorsForMeans(
  difference: number,
  variance: number,
  { multiplier, power }: Demand,
): number {
  return 2 * variance * ((multiplier + normalQuantile(power)) / difference) ** 2
}
