import { readFileSync } from 'node:fs'

/** Whether a referrer's host, or a domain above it, is on Matomo's list of referrer spammers (2,346 hosts). */
export type SpamReferrers = (host: string) => boolean

/** Reads `spam-referrers.txt`. */
export function loadSpamReferrers(): SpamReferrers {
  const lines = readFileSync(new URL('./spam-referrers.txt', import.meta.url), 'utf8').split('\n')
  const hosts = new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))
  return (host) => {
    for (let at = -1; ; ) {
      if (hosts.has(host.slice(at + 1))) return true
      at = host.indexOf('.', at + 1)
      if (at < 0) return false
    }
  }
}
