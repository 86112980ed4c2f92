import { existsSync, readFileSync } from 'node:fs'
import { CompressedText } from './compressed-text.ts'
import { planPlaceholder, type ServedPlan } from './served-plan.ts'

/** What `build.ts` made, each null while it is not there. */
export type BuiltScripts = {
  /** The script of sites without split tests and element goals. */
  plain: () => CompressedText | null
  /** The text of the script with a plan put in. */
  planned: (plan: ServedPlan) => Uint8Array | null
}

/** Opens the built scripts. A file that is missing is looked for again at each call. */
export function openBuiltScripts(folder = new URL('./dist/', import.meta.url)): BuiltScripts {
  const plain = onceThere(new URL('script.js', folder), (source) => new CompressedText(source))
  const parts = onceThere(new URL('planned-script.js', folder), splitAtPlan)
  return {
    plain,
    planned: (plan) => {
      const around = parts()
      return around && Buffer.from(around.join(JSON.stringify(plan)))
    },
  }
}

function onceThere<Made>(file: URL, make: (source: Buffer) => Made): () => Made | null {
  let made: Made | null = null
  return () => {
    if (made === null && existsSync(file)) made = make(readFileSync(file))
    return made
  }
}

function splitAtPlan(source: Buffer): string[] {
  const parts = source.toString('utf8').split(planPlaceholder)
  if (parts.length !== 2) throw new Error('planned-script.js has no single place for a plan: build it again')
  return parts
}
