import { isSiteHost, type Site } from '../../../schema/site/read-sites.ts'

type Place = { site: Pick<Site, 'domain' | 'hosts'>; page: string }

const isLocal = (domain: string) => /^(localhost|127\.0\.0\.1|\[::1\]|.*\.localhost)(:\d+)?$/.test(domain)

/** The address of a path on a site. */
export const siteAddress = ({ domain }: Pick<Site, 'domain'>, path: string) =>
  new URL(`${isLocal(domain) ? 'http' : 'https'}://${domain}${path}`)

/** Where a variant's address leads: null when it is no web address of the site. Paths are of the site's domain. */
export function variantAddress(url: string, { site, page }: Place): URL | null {
  const base = siteAddress(site, page).href
  if (!/^(https?:\/\/|\/)/i.test(url) || !URL.canParse(url, base)) return null
  const address = new URL(url, base)
  if (!/^https?:$/.test(address.protocol) || address.username !== '' || address.password !== '') return null
  return isSiteHost(site, address.host) || isSiteHost(site, address.hostname) ? address : null
}

/** A path as it is compared: without its last slash. */
export const comparedPath = (path: string) => path.replace(/(.)\/+$/, '$1')
