/** The address without `stripe_session_id`, in the query or the fragment. The rest stays as it is, letter by letter. */
export function withoutStripeSessionId(address: string): string {
  return address.replace(
    /([?&#])(?:stripe_session_id=[^&#]*(&|(?=#)|$))+/g,
    (_match, before: string, after: string) => after && before,
  )
}

/**
 * Takes the id out of the address bar, so that it is neither bookmarked nor shared. `session_id` stays: owners' own
 * pages read it.
 */
export function cleanAddressBar(): void {
  const clean = withoutStripeSessionId(location.href)
  if (clean !== location.href) history.replaceState(history.state, '', clean)
}
