/**
 * The address without the parameters that are for this script alone, in the query or the fragment: `revtrail_from` is
 * how a page that was left for a split test's variant speaks to the variant's page. The rest stays as it is, letter by
 * letter.
 */
export function withoutOwnParameters(address: string): string {
  return address.replace(
    planned
      ? /([?&#])(?:(?:stripe_session_id|revtrail_from)=[^&#]*(&|(?=#)|$))+/g
      : /([?&#])(?:stripe_session_id=[^&#]*(&|(?=#)|$))+/g,
    (_match, before: string, after: string) => after && before,
  )
}

/**
 * Takes them out of the address bar, so that they are neither bookmarked nor shared. `session_id` stays: owners' own
 * pages read it.
 */
export function cleanAddressBar(): void {
  const clean = withoutOwnParameters(location.href)
  if (clean !== location.href) history.replaceState(history.state, '', clean)
}
