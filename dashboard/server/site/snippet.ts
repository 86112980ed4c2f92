import type { Config } from '../../../schema/config.ts'
import { makeLoaderSnippet } from '../../../schema/experiment/loader.ts'
import { canonicalAddress, isPrivateAddress } from '../../../schema/process/client-address.ts'
import { zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Site as SiteAnswer } from '../../contract/sites.ts'
import { collectorOrigin, type RequestOrigin } from '../public-address.ts'

type Options = {
  config: Config
  origin: RequestOrigin
  now: number
  /** A test runs on the site: its snippet is the inline loader, so that visitors do not see the original first. */
  testing: boolean
}

/** A site as answers carry it, with its snippet and what is wrong with the way that would be served. */
export function describeSite(site: Site, options: Options): SiteAnswer {
  const { now } = options
  const waits = site.timezone_next !== '' && now < site.timezone_next_at
  return {
    domain: site.domain,
    timezone: zoneAt(site, now),
    timezone_change: waits
      ? { timezone: site.timezone_next, from: new Date(site.timezone_next_at).toISOString() }
      : null,
    currency: site.currency,
    hosts: site.hosts,
    payment_link_hosts: site.payment_link_hosts,
    honour_gpc: site.honour_gpc,
    revenue_attribution: site.revenue_attribution,
    created_at: new Date(site.created_at).toISOString(),
    snippet: makeSnippet(site, options),
    warnings: warningsFor(site, options),
  }
}

// Everything here is of a closed alphabet, so nothing needs escaping: domains and hosts (contract/sites.ts), paths and
// configured addresses (schema/config.ts), and the host of the request (public-address.ts).
function makeSnippet(site: Site, { config, origin, testing }: Options): string {
  const collector = collectorOrigin(config, origin)
  const attributes = {
    'data-domain': site.domain,
    ...(site.payment_link_hosts.length > 0 && { 'data-pay-hosts': site.payment_link_hosts.join(',') }),
    ...(config.EVENT_PATH !== '/api/event' && { 'data-api': `${collector}${config.EVENT_PATH}` }),
    src: `${collector}${config.SCRIPT_PATH}?site=${encodeURIComponent(site.domain)}`,
  }
  if (testing) return makeLoaderSnippet(attributes)
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`)
  return `<script defer ${written.join(' ')}></script>`
}

function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  const address = canonicalAddress(name.replace(/^\[|\]$/g, ''))
  return (
    name === 'localhost' || name.endsWith('.localhost') || (address !== null && isPrivateAddress(address))
  )
}

function warningsFor(site: Site, { config, origin }: Options): string[] {
  const collector = new URL(collectorOrigin(config, origin))
  const warnings: string[] = []
  if (isLocalName(collector.hostname) && !isLocalName(site.domain))
    warnings.push(
      `The snippet points at ${collector.host}, which visitors of ${site.domain} cannot reach. Open this dashboard under its public name, or set COLLECTOR_URL.`,
    )
  else if (collector.protocol === 'http:' && !isLocalName(site.domain))
    warnings.push(
      'The collector is addressed over http. Browsers do not load an http script into an https page: put the collector behind https and set COLLECTOR_URL.',
    )
  if (origin.untrustedProxy !== null)
    warnings.push(
      `Requests come through a proxy at ${origin.untrustedProxy} that is not in TRUSTED_PROXIES. Behind the same proxy the collector would take every visitor for one: name it there and restart.`,
    )
  return warnings
}
