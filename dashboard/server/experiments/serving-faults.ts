import type { ExperimentServing } from '../../../schema/experiment/experiment.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { ExperimentRow } from './experiment-rows.ts'
import type { Fault } from './fault.ts'
import { comparedPath, variantAddress } from './variant-address.ts'

type Setting = {
  site: Pick<Site, 'domain' | 'hosts'>
  /** The other tests that run. */
  running: readonly ExperimentRow[]
}

/** The first thing that is wrong with what a test serves, finished or not; null when it may be stored. */
export function servingFault(serving: ExperimentServing, setting: Setting): Fault | null {
  const { variants, kind } = serving
  if (new Set(variants.map(({ id }) => id)).size < variants.length)
    return { reason: 'variant_ids_repeat', field: 'variants', message: 'Two variants have the same id.' }
  const [control] = variants
  if (control !== undefined && (control.url !== null || control.changes.length > 0))
    return {
      reason: 'control_changed',
      field: 'variants.0',
      message: 'The first variant is the page as it is: it has no address and no changes.',
    }
  for (const [index, { name, url, changes }] of variants.entries()) {
    const field = `variants.${index}`
    if (kind === 'page' && url !== null)
      return {
        reason: 'not_of_this_kind',
        field,
        message: `${name} has an address, but the test changes its page.`,
      }
    if (kind === 'redirect' && changes.length > 0)
      return {
        reason: 'not_of_this_kind',
        field,
        message: `${name} has page changes, but the test redirects.`,
      }
    const fault = url === null ? null : addressFault({ name, url, field: `${field}.url` }, serving, setting)
    if (fault !== null) return fault
  }
  return null
}

function addressFault(
  { name, url, field }: { name: string; url: string; field: string },
  { page }: ExperimentServing,
  { site, running }: Setting,
): Fault | null {
  const address = variantAddress(url, { site, page })
  if (address === null)
    return {
      reason: 'variant_url_elsewhere',
      field,
      message: `${name} leads to ${url}, which is no page of ${site.domain}. Add its host to the site first, or choose a page of the site.`,
    }
  const path = comparedPath(address.pathname)
  if (path === comparedPath(page))
    return {
      reason: 'redirect_loop',
      field,
      message: `${name} leads back to ${page}, the page of the test itself: visitors would be redirected for ever.`,
    }
  const next = running.find((other) => comparedPath(other.serving.page) === path)
  if (next !== undefined)
    return {
      reason: 'redirect_loop',
      field,
      message: `${name} leads to ${address.pathname}, where the test “${next.name}” runs: visitors would be sent from test to test.`,
    }
  return null
}

/** What a test lacks to run beside the others; null when it may start. */
export function startFault(serving: ExperimentServing, setting: Setting): Fault | null {
  const unfinished = serving.variants.findIndex(
    ({ url, changes }, i) => i > 0 && (serving.kind === 'redirect' ? url === null : changes.length === 0),
  )
  const variant = serving.variants[unfinished]
  if (variant !== undefined)
    return {
      reason: 'variant_unfinished',
      field: `variants.${unfinished}`,
      message:
        serving.kind === 'redirect'
          ? `${variant.name} has no address yet. Give it one, then start.`
          : `${variant.name} changes nothing yet. Give it a change, then start.`,
    }
  return servingFault(serving, setting) ?? collision(serving, setting)
}

function collision(serving: ExperimentServing, { site, running }: Setting): Fault | null {
  const page = comparedPath(serving.page)
  for (const other of running) {
    const theirs = comparedPath(other.serving.page)
    const leadsHere = other.serving.variants.some(({ url }) => {
      const address = url === null ? null : variantAddress(url, { site, page: other.serving.page })
      return address !== null && comparedPath(address.pathname) === page
    })
    if (leadsHere)
      return {
        reason: 'redirect_loop',
        field: 'page',
        message: `The test “${other.name}” leads visitors to ${serving.page}: they would be sent from test to test.`,
      }
    if (theirs === page && collide(serving, other.serving))
      return {
        reason: 'collision',
        field: 'page',
        message: `The test “${other.name}” runs on ${serving.page} already, and the two would change the same thing. Stop it first.`,
      }
  }
  return null
}

// Two tests that change different elements of a page split visitors independently of each other and may run at once.
function collide(one: ExperimentServing, other: ExperimentServing): boolean {
  if (one.kind === 'redirect' || other.kind === 'redirect') return true
  const selectors = new Set(one.variants.flatMap(({ changes }) => changes.map(({ selector }) => selector)))
  return other.variants.some(({ changes }) => changes.some(({ selector }) => selectors.has(selector)))
}
