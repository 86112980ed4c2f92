import { z } from 'zod'
import { experimentStatus, variant as servedVariant } from '../../schema/experiment/experiment.ts'
import { goalTarget } from '../../schema/experiment/goal.ts'
import { splitCheck } from '../statistics/decision/gates.ts'
import { guardrailResult } from '../statistics/decision/guardrails.ts'
import { range } from '../statistics/decision/lift.ts'
import { nextAction } from '../statistics/decision/next-action.ts'
import { outcome } from '../statistics/decision/outcomes.ts'
import { progress } from '../statistics/decision/progress.ts'
import { secondaryResult } from '../statistics/decision/secondary.ts'
import { verdict } from '../statistics/decision/verdict.ts'
import { curvePoint } from '../statistics/decision/view.ts'
import { warning } from '../statistics/decision/warnings.ts'
import { testingModes } from '../statistics/methods/testing-mode.ts'
import { isChange, noChange } from './change.ts'
import { money, plainMoney } from './revenue.ts'

/** A goal by its id, or described: then the goal with that target is used, and made when there is none. */
const goalChoice = z.union([z.strictObject({ goal_id: z.number().int().positive() }), goalTarget])

/** `bounce`: visitors who did one thing only. `refund`: visitors with money given back. Less is better for both. */
const guardrailChoice = z.union([
  ...goalChoice.options,
  z.strictObject({ kind: z.literal('bounce') }),
  z.strictObject({ kind: z.literal('refund') }),
])

/** An id is given when there is none. Weights are shares that add up to 1, or percentages that add up to 100. */
const variantBody = servedVariant
  .omit({ id: true, weight: true })
  .extend({ id: servedVariant.shape.id.optional(), weight: z.number().positive().max(100) })

const fields = {
  name: z.string().trim().min(1).max(80),
  /** `redirect` leads to each variant's `url`; `page` applies its `changes`. */
  kind: z.enum(['redirect', 'page']),
  /** The path on which the test runs. */
  page: z.string().trim().max(500),
  /** The share of visitors who enter the test. */
  coverage: z.number().positive().max(1),
  /** The first is the control, without url or changes. */
  variants: z.array(variantBody).min(2).max(10),
  goal: goalChoice.nullable(),
  /** The percentile of buyers' totals at which revenue is capped; null for no cap. */
  cap_percentile: z.number().min(0.5).max(0.9999).nullable(),
  secondary: z.array(goalChoice).max(10),
  /** `margin` is the share that a guardrail may lose and still pass. */
  guardrails: z
    .array(z.strictObject({ goal: guardrailChoice, margin: z.number().positive().max(1) }))
    .max(10),
  /** The smallest lift that matters: 0.1 for 10 %. */
  minimal_lift: z.number().positive().max(10),
  mode: z.enum(testingModes),
  power: z.number().min(0.5).max(0.99),
  /** The planned end; null lets the start plan it with the sample-size calculator. */
  planned_days: z.number().int().min(7).max(180).nullable(),
  planned_visitors: z.number().int().positive().nullable(),
}

/** `POST /api/sites/:domain/experiments`: a draft. */
export const experimentBody = z.strictObject({
  ...fields,
  coverage: fields.coverage.default(1),
  goal: fields.goal.default(null),
  cap_percentile: fields.cap_percentile.default(0.99),
  secondary: fields.secondary.default([]),
  guardrails: fields.guardrails.default([]),
  minimal_lift: fields.minimal_lift.default(0.1),
  mode: fields.mode.default('hybrid'),
  power: fields.power.default(0.8),
  planned_days: fields.planned_days.default(null),
  planned_visitors: fields.planned_visitors.default(null),
})
export type ExperimentBody = z.output<typeof experimentBody>

/**
 * `PATCH /api/sites/:domain/experiments/:id`: any of these. Once a test has run, a change of kind, page, coverage or
 * variants starts a new phase, whose data begin anew; so does `new_phase`, which lets goals and plan change too.
 */
export const experimentPatch = z
  .strictObject({ ...fields, new_phase: z.boolean() })
  .partial()
  .refine(isChange, noChange)
export type ExperimentPatch = z.output<typeof experimentPatch>

const chosenGoal = z.object({
  /** As in results: the goal's id, `bounce` or `refund`. */
  id: z.string(),
  goal_id: z.number().int().nullable(),
  name: z.string(),
  target: goalTarget.nullable(),
  measure: z.enum(['rate', 'revenue']),
})

/** A test in answers. */
export const experiment = z.object({
  experiment_id: z.number().int(),
  name: z.string(),
  status: experimentStatus,
  phase: z.number().int(),
  kind: fields.kind,
  page: z.string(),
  coverage: z.number(),
  variants: z.array(servedVariant),
  goal: chosenGoal.nullable(),
  cap_percentile: z.number().nullable(),
  secondary: z.array(chosenGoal),
  guardrails: z.array(chosenGoal.extend({ margin: z.number() })),
  minimal_lift: z.number(),
  mode: fields.mode,
  power: z.number(),
  planned_days: z.number().nullable(),
  planned_visitors: z.number().nullable(),
  /** Who planned the end: the owner, the calculator, or nobody for want of data (28 days, 10,000 visitors). */
  planned_by: z.enum(['owner', 'calculator', 'default']).nullable(),
  /** Local days of the phase; the end is null without one and before the start. */
  first_day: z.iso.date().nullable(),
  end_day: z.iso.date().nullable(),
  phase_started_at: z.iso.datetime().nullable(),
  stopped_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  outcomes: z.array(outcome),
})
export type Experiment = z.infer<typeof experiment>

/** `GET /api/sites/:domain/experiments`, newest first. */
export const experimentList = z.object({ experiments: z.array(experiment) })

/** What a change answers: the test as it is now, and a sentence when it did more than was asked, such as a new phase. */
export const experimentChanged = z.object({ experiment, notice: z.string().nullable() })

/** `GET .../preview`: the test's page as each variant, for the owner's eyes; nothing is counted. */
export const experimentPreview = z.object({
  links: z.array(z.object({ variant: z.string(), name: z.string(), url: z.string() })),
})

/** An amount per visitor: `value` is not rounded, `amount` is. */
const perVisitor = plainMoney
/** A range of the goal's unit: of a rate in shares, of revenue in the decimal currency. */
const arm = z.object({
  variant: z.string(),
  name: z.string(),
  weight: z.number(),
  control: z.boolean(),
  visitors: z.number(),
  /** Visitors who reached the goal; for revenue those with an order. */
  converters: z.number(),
  /** A share, with a 95 % interval of its own. */
  rate: range.nullable(),
  orders: z.number(),
  /** After refunds and lost disputes; `others` are amounts in currencies that cannot be added. */
  revenue: money,
  revenue_per_visitor: perVisitor.nullable(),
  /** What the verdict is made of when the goal is revenue. */
  revenue_per_visitor_capped: perVisitor.nullable(),
  average_order_value: perVisitor.nullable(),
  /** Against the control, relative; null for the control. */
  lift: range.nullable(),
  difference: range.nullable(),
  /** The same without the cap, when the goal is revenue. */
  lift_uncapped: range.nullable(),
  likely_lift: range.nullable(),
  /** Always valid while the interval is `any_time`, else Welch’s; of the capped revenue when the goal is revenue. */
  p: z.number().nullable(),
  /** Whole percents of 1 to 99; null until there is enough data. */
  chance_to_beat: z.number().nullable(),
  chance_to_be_best: z.number().nullable(),
  /** Per 1000 visitors, if this variant is used although the control is better, and the reverse: money or conversions. */
  expected_loss: z
    .object({ use: z.number(), keep: z.number(), unit: z.enum(['money', 'conversions']) })
    .nullable(),
})
export type ExperimentArm = z.infer<typeof arm>

/** A goal's counts per variant, through the same day as the verdict. */
const goalCounts = z.object({
  id: z.string(),
  name: z.string(),
  measure: z.enum(['rate', 'revenue']),
  role: z.enum(['primary', 'secondary', 'guardrail']),
  arms: z.array(
    z.object({
      variant: z.string(),
      visitors: z.number(),
      converters: z.number(),
      /** A share. */
      rate: z.number().nullable(),
      revenue_per_visitor: perVisitor.nullable(),
    }),
  ),
})

/** One finding about the data. */
const check = z.object({
  kind: z.enum(['split', 'whole_weeks', 'largest_order', 'cap', 'several_variants', 'gates']),
  state: z.enum(['ok', 'waiting', 'bad']),
  sentence: z.string(),
})
export type ExperimentCheck = z.infer<typeof check>

/**
 * `GET .../results`. The verdict and everything beside it stand on the data through `through_day`; after the planned
 * end that is the end's day, and `later` are all data. Intervals of kind `any_time` hold however often one looks.
 */
export const experimentResults = z.object({
  experiment,
  today: z.iso.date(),
  currency: z.string(),
  /** Revenue is of Stripe's test mode. */
  test_revenue: z.boolean(),
  verdict,
  sentence: z.string(),
  /** What to add to it, such as the lift to expect in the long run; null when there is nothing. */
  detail: z.string().nullable(),
  next_action: nextAction,
  progress: progress.extend({ day: z.number(), sentence: z.string() }),
  through_day: z.iso.date(),
  interval: z.enum(['any_time', 'planned_end', 'not_yet']),
  arms: z.array(arm),
  /** The arms with everything since the start, when that is more. */
  later: z.array(arm).nullable(),
  split: splitCheck.nullable(),
  checks: z.array(check),
  warnings: z.array(warning),
  /** The cap in use; null when nothing is capped. */
  cap: plainMoney.nullable(),
  /** Cumulative, per day and challenger, from the day on which there is enough data. */
  curve: z.array(curvePoint),
  /** Cumulative visitors, per day and variant. */
  visitors: z.array(z.object({ day: z.iso.date(), variant: z.string(), visitors: z.number() })),
  goals: z.array(goalCounts),
  secondary: z.array(secondaryResult.extend({ name: z.string() })),
  guardrails: z.array(guardrailResult.extend({ name: z.string(), sentence: z.string() })),
  /** What a reader must know of these numbers. */
  notes: z.array(z.string()),
})
export type ExperimentResults = z.infer<typeof experimentResults>

/**
 * `GET .../breakdowns`: the primary goal by device, source and country, largest first, at most 12 values each. To
 * explore with: many rows differ by chance, and none is a verdict. Intervals are 95 % of each row alone.
 */
export const experimentBreakdowns = z.object({
  exploratory: z.literal(true),
  note: z.string(),
  breakdowns: z.array(
    z.object({
      dimension: z.enum(['device', 'source', 'country']),
      rows: z.array(
        z.object({
          value: z.string(),
          arms: z.array(
            z.object({
              variant: z.string(),
              visitors: z.number(),
              converters: z.number(),
              revenue: plainMoney,
              lift: range.nullable(),
              difference: range.nullable(),
            }),
          ),
        }),
      ),
    }),
  ),
})
export type ExperimentBreakdowns = z.infer<typeof experimentBreakdowns>
