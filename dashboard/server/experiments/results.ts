import type { ExperimentResults } from '../../contract/experiments.ts'
import { decide } from '../../statistics/decision/decide.ts'
import type { Installation } from '../environment.ts'
import type { BegunTest } from './begun-test.ts'
import { decisionInputOf } from './decision-input.ts'
import { latchOutcomes } from './experiments.ts'
import { presentResults } from './presentation.ts'
import type { SumKeeper } from './sums/keep.ts'
import { readVisitorSums } from './sums/kept-sums.ts'
import { readOtherAmounts } from './sums/other-amounts.ts'
import { readPaidSums } from './sums/paid-sums.ts'

type Parts = Installation & { keeper: SumKeeper }

/** The results page of a test: sums, decision, words. What is decided once for all is stored. */
export async function readResults(parts: Parts, test: BegunTest): Promise<ExperimentResults> {
  const { reader, keeper } = parts
  const { scope, row, site } = test
  const [moving, others] = await Promise.all([keeper.refresh(scope), readOtherAmounts(reader, scope)])
  const how = { moving, grouping: 'days' } as const
  const [visitors, paid] = await Promise.all([
    readVisitorSums(reader, scope, how),
    readPaidSums(reader, scope, how),
  ])
  const input = decisionInputOf(test, { visitors, paid })
  const decision = decide(input)
  if (decision.outcomes.length > row.outcomes.length) {
    const { experiment_id, phase } = row
    await latchOutcomes(parts, site, { experiment_id, phase, outcomes: decision.outcomes })
  }
  return presentResults(test, { input, decision, paid, others })
}
