import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { checks } from './vectors/checks.ts'
import { judge, lineOf, summary } from './vectors/verdict.ts'

const [path] = process.argv.slice(2)
if (path === undefined) {
  process.stderr.write('Give a file of test vectors: npm run vectors -- FILE\n')
  process.exit(2)
}

const verdicts = z
  .array(z.unknown())
  .parse(JSON.parse(readFileSync(path, 'utf8')))
  .map((entry) => judge(entry, checks))
const lines = [...verdicts.flatMap((verdict) => lineOf(verdict) ?? []), summary(verdicts)]
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = verdicts.some(({ kind }) => kind === 'failed') ? 1 : 0
