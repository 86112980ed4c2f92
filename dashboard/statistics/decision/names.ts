import type { ExperimentPlan } from './plan.ts'

/** The name that the owner gave a variant. */
export const variantName = ({ variants }: ExperimentPlan, id: string) =>
  variants.find((variant) => variant.id === id)?.name ?? id

export const guardrailName = ({ guardrails }: ExperimentPlan, id: string) =>
  guardrails.find((guardrail) => guardrail.id === id)?.name ?? id

/** "B", "B and C", "B, C, and D". */
export const listed = (names: readonly string[]) => new Intl.ListFormat('en').format(names)
