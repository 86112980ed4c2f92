import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { HopelessError, runChild } from './run-child.ts'

/**
 * A child that misbehaves as its role says, for supervisor.test.ts: the collector goes deaf once, the verifier dies
 * twice before it is ready, the dashboard needs a person. Each writes what it does into a folder.
 */
const [role = '', folder = ''] = process.argv.slice(2)
const diary = join(folder, role)
const note = (word: string) => appendFileSync(diary, `${word}\n`)

note('start')
const starts = readFileSync(diary, 'utf8')
  .split('\n')
  .filter((word) => word === 'start').length

await runChild(
  async () => {
    if (role === 'dashboard') throw new HopelessError('Port 8000 is taken.')
    if (role === 'verifier' && starts < 3) process.exit(7)
    if (role === 'collector' && starts === 1)
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50)
    return {
      heartbeat: async () => {},
      close: async () => note('closed'),
    }
  },
  pino({ level: 'silent' }),
)
