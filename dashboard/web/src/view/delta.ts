import type { Metric, MetricValue } from '../../../contract/query.ts'
import { formatDuration } from '../format/format-duration.ts'
import { metricShapes, numberOf } from './metric-shape.ts'

/** How a value moved: words with a sign, and whether that is good for the owner. */
export type Delta = { text: string; tone: 'good' | 'bad' | 'same' }

const minus = '−'

/**
 * How a value moved against an earlier one: counts and money in percent, rates in points, times in seconds.
 * @returns null when either is unknown, or when there was nothing before to be a percentage of.
 */
export function deltaOf(
  metric: Metric,
  now: MetricValue | undefined,
  before: MetricValue | undefined,
): Delta | null {
  const current = numberOf(now)
  const earlier = numberOf(before)
  if (current === null || earlier === null) return null
  const { kind, falling_is_good } = metricShapes[metric]
  const difference = current - earlier
  if (difference === 0) return { text: 'no change', tone: 'same' }
  const text = kind === 'percent' || kind === 'seconds' ? moved(kind, difference) : grown(difference, earlier)
  if (text === null) return null
  if (/^[+−]0(\.0+)?( pt|s|%)$/.test(text)) return { text: 'no change', tone: 'same' }
  return { text, tone: difference > 0 === !falling_is_good ? 'good' : 'bad' }
}

function moved(kind: 'percent' | 'seconds', difference: number): string {
  const size = Math.abs(difference)
  const text = kind === 'seconds' ? formatDuration(size) : `${round(size, size < 1 ? 2 : 1)} pt`
  return `${sign(difference)}${text}`
}

function grown(difference: number, earlier: number): string | null {
  if (earlier === 0) return null
  const percent = Math.abs(difference / earlier) * 100
  if (percent >= 10_000) return `${sign(difference)}${round(percent / 100 + 1, 0)}×`
  return `${sign(difference)}${round(percent, percent < 100 ? 1 : 0)}%`
}

function sign(difference: number): string {
  return difference > 0 ? '+' : minus
}

function round(number: number, digits: number): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(number)
}
