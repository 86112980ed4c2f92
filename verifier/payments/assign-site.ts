import { readVisitReference } from '../../schema/event/visit-reference.ts'
import { isSiteHost } from '../../schema/site/read-sites.ts'
import type { Account, AccountSite } from './account.ts'
import type { FoundPayment } from './found-payment.ts'

/** What is known of a payment beside itself; site ids, null when there is none. */
export type Ties = {
  /** Where it is counted already: a payment does not move between sites. */
  counted: number | null
  /** Where the first payment of its subscription is counted. */
  subscription: number | null
  /** Which of the sites claimed it first. */
  claimed: number | null
  /** Where the payment's link sends its buyers; '' when unknown. */
  linkHost: string
}

export type Assignment = { site: AccountSite } | { reason: string }

/**
 * Decides which of an account's sites a payment belongs to (ruling 17). What the payment itself says comes first, so
 * that the answer does not depend on when a claim arrives; a claim decides where nothing else does.
 */
export function assignSite(
  found: Pick<FoundPayment, 'references' | 'payment_link_id' | 'redirect_host'>,
  { sites }: Pick<Account, 'sites'>,
  ties: Ties,
): Assignment {
  const byId = (id: number | null) => sites.find((site) => site.site_id === id)
  const known = byId(ties.counted) ?? referenced(found.references, sites) ?? byId(ties.subscription)
  if (known) return { site: known }
  const link = found.payment_link_id
  const named = sites.filter((site) => link !== '' && site.payment_links.includes(link))
  const open = sites.filter((site) => link === '' || site.payment_links.length === 0)
  const candidates = named.length > 0 ? named : open
  const [only, ...others] = candidates
  if (!only)
    return { reason: 'It came from a Payment Link that is not among those that you chose for your sites.' }
  if (others.length === 0 && (named.length > 0 || sites.length === 1)) return { site: only }
  const shown = shownOn(candidates, [ties.linkHost, found.redirect_host])
  const site = shown ?? candidates.find((candidate) => candidate.site_id === ties.claimed)
  if (site) return { site }
  return {
    reason:
      'Several sites share this Stripe account, and neither a visit, the Payment Link nor the page after payment says which of them it belongs to.',
  }
}

function referenced(references: readonly string[], sites: readonly AccountSite[]): AccountSite | undefined {
  for (const reference of references) {
    const site = sites.find(({ reference_key }) => readVisitReference(reference, reference_key) !== null)
    if (site) return site
  }
  return undefined
}

/** The one site that shows pages of one of these hosts, the first host that is of one site alone. */
function shownOn(sites: readonly AccountSite[], hosts: readonly string[]): AccountSite | undefined {
  for (const host of hosts) {
    const [site, ...others] = sites.filter((candidate) => host !== '' && isSiteHost(candidate, host))
    if (site && others.length === 0) return site
  }
  return undefined
}
