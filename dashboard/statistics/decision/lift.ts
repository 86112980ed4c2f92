import { z } from 'zod'
import type { Moments } from '../methods/moments.ts'
import { fiellerInterval, logRatio, logRatioInterval } from '../methods/relative-lift.ts'

/** An estimate with its interval. */
export const range = z.object({ value: z.number(), low: z.number(), high: z.number() })
export type Range = z.infer<typeof range>

/**
 * Relative lift with the interval at the multiplier that the difference is judged with: on the log scale, or
 * Fieller's when the treatment's mean is not above 0.
 *
 * @returns null without a finite multiplier, or when the control's mean is too uncertain or not above 0
 */
export function lift(control: Moments, treatment: Moments, multiplier: number): Range | null {
  const ratio = logRatio(control, treatment)
  if (ratio !== null) return finite({ value: ratio.lift, ...logRatioInterval(ratio, multiplier) })
  const interval = fiellerInterval(control, treatment, multiplier)
  return interval === null ? null : finite({ value: treatment.mean / control.mean - 1, ...interval })
}

const finite = (range: Range) => (Number.isFinite(range.low) && Number.isFinite(range.high) ? range : null)
