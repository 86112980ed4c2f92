import type { ServedGoal } from '../served-plan.ts'
import { watchElementPath } from './element-path.ts'
import { isSelector } from './selector.ts'

/** Tells of clicks and submits that reach a goal which the owner described by a selector. */
export function watchElementGoals(goals: readonly ServedGoal[], reach: (goal: string) => void): void {
  for (const { goal, on, selector } of goals)
    if (isSelector(selector))
      watchElementPath([on], (element) => {
        if (element.matches(selector)) reach(goal)
      })
}
