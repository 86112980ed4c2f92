import type { Site } from '../../schema/site/read-sites.ts'

/** A site with the Payment Links that it may claim; none named means all. */
export type AccountSite = Site & { payment_links: readonly string[] }

/** A Stripe account in one mode, and the sites that are connected to it. */
export type Account = {
  /** `acct_.../live` or `acct_.../test`, as tables name it. */
  name: string
  /** Empty while Stripe has not said whose key it is. */
  account_id: string
  livemode: boolean
  sites: readonly AccountSite[]
}
