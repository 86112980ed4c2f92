import { watchElementPath } from './element-path.ts'

/** Tells of clicks in elements that name a goal themselves: `data-revtrail-goal="signup"`. */
export function watchGoalClicks(reach: (goal: string) => void): void {
  watchElementPath(['click'], (element) => {
    const goal = element.dataset['revtrailGoal']
    if (goal) reach(goal)
  })
}
