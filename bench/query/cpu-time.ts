import { readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second. */
const tickMs = 10

/** What a process has used of the processors so far, in ms, its system calls included. */
export function cpuTimeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the command is in parentheses and may hold spaces: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * tickMs
}
