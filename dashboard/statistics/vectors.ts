import { readFileSync } from 'node:fs'
import { checks } from './vectors/checks.ts'
import { judge, lineOf, summary } from './vectors/verdict.ts'

/** Not a mismatch, which ends with 1, but nothing that could be checked. */
const NOTHING_CHECKED = 2

function entriesOf(path: string | undefined): unknown[] | Error {
  if (path === undefined) return new Error('Give a file of test vectors: npm run vectors -- FILE')
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Array.isArray(content) ? content : new Error(`${path} is not a list of vectors`)
  } catch (error) {
    return new Error(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}`)
  }
}

const entries = entriesOf(process.argv[2])
if (entries instanceof Error) {
  process.stderr.write(`${entries.message}\n`)
  process.exitCode = NOTHING_CHECKED
} else {
  const verdicts = entries.map((entry) => judge(entry, checks))
  const lines = [...verdicts.flatMap((verdict) => lineOf(verdict) ?? []), summary(verdicts)]
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = verdicts.some(({ kind }) => kind === 'failed') ? 1 : 0
}
