import type { ExperimentServing, Variant } from './experiment.ts'

const OFFSET_BASIS = 0x811c9dc5
const PRIME = 0x01000193
const BUCKETS = 10_000

/** FNV-1a over the UTF-16 units of a text, 32 bits. */
export function fnv1a32(text: string): number {
  let hash = OFFSET_BASIS
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash >>> 0
}

/**
 * A unit's place in [0, 1), the same for the same seed and unit (GrowthBook's hash version 2; statistics.md 4). The
 * seed names the test and its phase, so that two tests split independently; traffic allocation has a seed of its own.
 */
export const bucketOf = (seed: string, unit: string) =>
  (fnv1a32(String(fnv1a32(seed + unit))) % BUCKETS) / BUCKETS

/**
 * The part of [0, 1) that leads to each arm: [sum before, sum before + coverage · weight), weights adding up to 1
 * (statistics.md 4). A unit in no range is not in the test.
 */
export function bucketRanges(weights: readonly number[], coverage: number): [low: number, high: number][] {
  let start = 0
  return weights.map((weight) => {
    const range: [number, number] = [start, start + coverage * weight]
    start += weight
    return range
  })
}

/** A phase of a test with what it serves. */
export type TestPhase = { experiment_id: number; phase: number; serving: ExperimentServing }

/**
 * The variant that a visitor sees for the site's day, or null for who is not in the test. Whether one enters and what
 * one sees have seeds of their own, so that a larger share of traffic would not move anyone between variants.
 *
 * @param visitorId never 0, which is nobody
 */
export function assignVariant(
  { experiment_id, phase, serving }: TestPhase,
  visitorId: bigint,
): Variant | null {
  const unit = String(visitorId)
  const seed = `${experiment_id}:${phase}`
  if (bucketOf(`${seed}:coverage`, unit) >= serving.coverage) return null
  const place = bucketOf(seed, unit)
  const ranges = bucketRanges(
    serving.variants.map((each) => each.weight),
    1,
  )
  return serving.variants.find((_, index) => place < (ranges[index]?.[1] ?? 0)) ?? null
}
