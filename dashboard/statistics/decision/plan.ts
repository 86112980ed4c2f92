import { z } from 'zod'
import { testingModes } from '../methods/testing-mode.ts'

/** `rate`: the share of visitors that convert. `revenue`: what a visitor spends on average, capped. */
export const measures = ['rate', 'revenue'] as const
export type Measure = (typeof measures)[number]

const text = z.string().min(1)
const goal = z.object({ id: text, name: text, measure: z.enum(measures) })
const sided = goal.extend({ better: z.enum(['higher', 'lower']).default('higher') })

const planFields = z.object({
  mode: z.enum(testingModes),
  variants: z
    .array(z.object({ id: text, name: text, weight: z.number().positive() }))
    .min(2)
    .max(10)
    .refine(
      (variants) => new Set(variants.map(({ id }) => id)).size === variants.length,
      'variant ids differ',
    ),
  goal,
  secondary: z.array(sided).default([]),
  guardrails: z.array(sided.extend({ margin: z.number().positive().max(1) })).default([]),
  minimal_lift: z.number().positive(),
  planned_visitors: z.number().positive(),
  power: z.number().min(0.5).max(0.99).default(0.8),
  first_day: z.iso.date(),
  end_day: z.iso.date().nullable(),
})
/**
 * What was fixed before the test's phase began (statistics.md 1.5). The first variant is the control. `minimal_lift`
 * and `margin` are relative (0.1 for 10 %); days are local to the site; `planned_visitors` counts all variants.
 * A guardrail's `margin` is what it may lose and still pass. Only mode sequential does without an end.
 */
export const experimentPlan = planFields
  .refine(({ mode, end_day }) => mode === 'sequential' || end_day !== null, {
    path: ['end_day'],
    message: 'only mode sequential has no planned end',
  })
  .refine(({ first_day, end_day }) => end_day === null || end_day >= first_day, {
    path: ['end_day'],
    message: 'the end comes before the start',
  })
export type ExperimentPlan = z.infer<typeof experimentPlan>
export type SidedGoal = z.infer<typeof sided>
export type Guardrail = ExperimentPlan['guardrails'][number]

const DAY_MS = 86_400_000

/** Whole days from one calendar day to another. */
export const daysBetween = (from: string, to: string) =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
