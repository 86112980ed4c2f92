import { LRUCache } from 'lru-cache'
import type { SitePlan } from '../experiment/site-plan.ts'
import { type Assignment, visitorPlan } from '../experiment/visitor-plan.ts'
import type { BuiltScripts } from './built-scripts.ts'
import { CompressedText } from './compressed-text.ts'
import type { ServedPlan } from './served-plan.ts'

/** Scripts with a plan, all sites together, in bytes. */
const memory = 32 * 1024 * 1024

/** Scripts with their plans: one for each site's plan and assignment in use, as long as there is room. */
export class PlannedScripts {
  readonly #scripts: BuiltScripts
  readonly #names = new WeakMap<SitePlan, number>()
  readonly #texts = new LRUCache<string, CompressedText>({
    maxSize: memory,
    // With what it will be compressed to.
    sizeCalculation: ({ size }) => 2 * size,
  })
  #lastName = 0

  constructor(scripts: BuiltScripts) {
    this.#scripts = scripts
  }

  /** The script of visitors with an assignment; null while the script is not built. */
  assigned(plan: SitePlan, assignment: Assignment): CompressedText | null {
    const variants = assignment.map((variant) => variant?.id ?? '-').join()
    return this.#of(plan, variants, () => visitorPlan(plan, assignment))
  }

  /** The script that shows what a preview asks for; null while the script is not built. */
  preview(plan: SitePlan, token: string, shown: ServedPlan): CompressedText | null {
    return this.#of(plan, token, () => shown)
  }

  #of(plan: SitePlan, key: string, make: () => ServedPlan): CompressedText | null {
    const name = `${this.#nameOf(plan)} ${key}`
    const known = this.#texts.get(name)
    if (known) return known
    const source = this.#scripts.planned(make())
    if (source === null) return null
    const text = new CompressedText(source)
    this.#texts.set(name, text)
    return text
  }

  #nameOf(plan: SitePlan): number {
    const known = this.#names.get(plan)
    if (known !== undefined) return known
    this.#lastName += 1
    this.#names.set(plan, this.#lastName)
    return this.#lastName
  }
}
