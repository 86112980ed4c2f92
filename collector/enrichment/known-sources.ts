import { readFileSync } from 'node:fs'
import { z } from 'zod'

const kind = z.enum(['search', 'ai', 'social', 'video', 'shopping', 'email'])

/** What kind of place a source is; it decides the channel. */
export type SourceKind = z.infer<typeof kind>

/** A source known by name, such as Google. */
export type KnownSource = { name: string; kind: SourceKind }

/** The sources of `sources.txt`. */
export type KnownSources = {
  /** The source of a referrer's host, subdomains and country domains included. */
  byHost: (host: string) => KnownSource | null
  /** The source that a `utm_source` names, by a word or by a host. */
  byName: (name: string) => KnownSource | null
}

/** Reads `sources.txt` (about 1,300 hosts). */
export function loadKnownSources(): KnownSources {
  const hosts = new Map<string, KnownSource>()
  const words = new Map<string, KnownSource>()
  const lines = readFileSync(new URL('./sources.txt', import.meta.url), 'utf8').split('\n')
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    const [kindText, name = '', tokens = ''] = line.split('\t')
    const source = { name, kind: kind.parse(kindText) }
    for (const token of tokens.split(' ')) (token.includes('.') ? hosts : words).set(token, source)
    words.set(name.toLowerCase(), source)
  }
  const byHost = (host: string) => findHost(hosts, host)
  const byName = (name: string) => {
    const word = name.toLowerCase()
    return words.get(word) ?? (word.includes('.') ? byHost(word) : null)
  }
  return { byHost, byName }
}

/** The most specific entry wins: `mail.google.com` before `google.*`. */
function findHost(hosts: ReadonlyMap<string, KnownSource>, host: string): KnownSource | null {
  const labels = host.split('.')
  for (let from = 0; from < labels.length; from++) {
    const exact = hosts.get(labels.slice(from).join('.'))
    if (exact) return exact
    // A country's domain: at most two short labels follow, as in google.co.uk.
    for (let end = labels.length - 1; end >= Math.max(from + 1, labels.length - 2); end--) {
      if (labels.slice(end).some((label) => label.length > 3)) continue
      const anyCountry = hosts.get(`${labels.slice(from, end).join('.')}.*`)
      if (anyCountry) return anyCountry
    }
  }
  return null
}
