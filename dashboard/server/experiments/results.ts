import type { ExperimentResults } from '../../contract/experiments.ts'
import { decide } from '../../statistics/decision/decide.ts'
import type { Installation } from '../environment.ts'
import type { BegunTest } from './begun-test.ts'
import { decisionInputOf } from './decision-input.ts'
import { latchOutcomes } from './experiments.ts'
import { presentResults } from './presentation.ts'
import type { SumReader } from './sums/test-sums.ts'

type Parts = Installation & { sums: SumReader }

/** The results page of a test: sums, decision, words. What is decided once for all is stored. */
export async function readResults(parts: Parts, test: BegunTest): Promise<ExperimentResults> {
  const { row, site } = test
  const sums = await parts.sums.read(test.scope, 'days')
  const input = decisionInputOf(test, sums)
  const decision = decide(input)
  if (decision.outcomes.length > row.outcomes.length) {
    const { experiment_id, phase } = row
    await latchOutcomes(parts, site, { experiment_id, phase, outcomes: decision.outcomes })
  }
  return presentResults(test, { input, decision, ...sums })
}
