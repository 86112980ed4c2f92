/** What the script's own tag says. */
export type Settings = {
  domain: string
  /** Where events go. */
  endpoint: string
  /** Routes live in the fragment. */
  hashMode: boolean
  /** Hosts (with their port, where it is not the usual one) whose links get the visit's reference. */
  payHosts: string[]
  /** Where the visitor came from before a redirect test; otherwise the document says it. */
  referrer?: string
  /** Nothing is counted: the page is being left for a variant's, or the owner looks at a variant. */
  silent?: boolean
}

/**
 * Reads the tag: `data-domain` or `?site=` (tag managers lose attributes, but keep addresses), else the page's host;
 * `data-api` for owners who renamed the event path; `data-hash`; `data-pay-hosts="pay.shop.example, …"`.
 */
export function readSettings(script: HTMLScriptElement): Settings {
  const { domain, api, hash, payHosts } = script.dataset
  const address = new URL(script.src, location.href)
  return {
    domain: domain || address.searchParams.get('site') || location.hostname,
    endpoint: api || `${address.origin}/api/event`,
    hashMode: hash !== undefined,
    payHosts: `buy.stripe.com ${payHosts || ''}`.match(/[^\s,]+/g) || [],
  }
}
