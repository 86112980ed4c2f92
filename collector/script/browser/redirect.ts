import { routeOf } from '../served-plan.ts'
import { cleanAddressBar } from './own-parameters.ts'

/** What a page that was left for a variant's tells the variant's page: `revtrail_from=<experiment id>~<referrer>`. */
export type Landing = { experiment: string; referrer: string }

const parameter = 'revtrail_from'
// The rest of an address must still fit what servers accept.
const longestReferrer = 1000

/** The parameters of a query as they are written, `name=value` each. */
const written = (search: string) => search.slice(1).split('&').filter(Boolean)
const nameOf = (pair: string) => pair.split('=')[0]

/** Reads what the page before said, and takes it out of the address bar. */
export function takeLanding(): Landing | undefined {
  const told = new URLSearchParams(location.search).get(parameter)
  if (!told) return
  cleanAddressBar()
  const [experiment = '', ...referrer] = told.split('~')
  return { experiment, referrer: referrer.join('~') }
}

/**
 * Whether the page is a variant's already: its path, and the parameters and the fragment that its address names.
 *
 * @param address the variant's, absolute or from the site's root
 */
export function isAt(address: string): boolean {
  const { pathname, search, hash } = new URL(address, location.href)
  const here = written(location.search)
  return (
    routeOf({ pathname, hash }) === routeOf({ pathname: location.pathname, hash: hash && location.hash }) &&
    written(search).every((pair) => here.includes(pair))
  )
}

/**
 * The address of a variant's page for this visitor: with the query and the fragment of the page that is left, except
 * for parameters that the variant's address names itself, and with the landing.
 */
export function variantAddress(address: string, { experiment, referrer }: Landing): string {
  const target = new URL(address, location.href)
  const own = written(target.search)
  const names = own.map(nameOf)
  const kept = written(location.search).filter((pair) => !names.includes(nameOf(pair)))
  const landing = `${parameter}=${experiment}~${encodeURIComponent(referrer.slice(0, longestReferrer))}`
  target.search = [...own, ...kept, landing].join('&')
  target.hash ||= location.hash
  return target.href
}

/** Whether the page was reached from itself: a server that leads the variant's address back here would do that. */
export function cameFromHere(): boolean {
  return document.referrer.split(/[?#]/)[0] === location.origin + location.pathname
}
