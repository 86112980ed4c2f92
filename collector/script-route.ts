import { previewParam, readPreviewToken } from '../schema/experiment/preview.ts'
import type { ClientAddresses } from '../schema/process/client-address.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { Collection } from './collection.ts'
import type { SitePlan } from './experiment/site-plan.ts'
import { type Assignment, assignVisitor, previewPlan } from './experiment/visitor-plan.ts'
import type { Answer, RequestHead, Route } from './http-route.ts'
import { openBuiltScripts } from './script/built-scripts.ts'
import type { CompressedText } from './script/compressed-text.ts'
import { PlannedScripts } from './script/planned-scripts.ts'
import { readTraits } from './sender-traits.ts'
import { siteDomain } from './site/site-directory.ts'
import { presentVisitorId } from './visitor/find-visit.ts'

export type ScriptRouteOptions = {
  collection: Collection
  clientAddresses: ClientAddresses
  now: () => number
}

/** A script, and whether it is for the one who asks alone. */
type Served = { text: CompressedText | null; personal: boolean }

const notBuilt: Answer = {
  status: 503,
  headers: [['Retry-After', '30']],
  body: '{"error":"not_built","message":"The tracking script is not built yet: run npm run build."}',
}

/**
 * Serves the tracking script. That of a site without running tests is the same for everyone and may be kept for five
 * minutes. While tests run it comes with this visitor's variants, which are a hash of the test and the visitor's id of
 * the day, and no one may keep it. The site is the one that the address names, else the one whose page asks.
 */
export function createScriptRoute(options: ScriptRouteOptions): Route {
  const { collection } = options
  const scripts = openBuiltScripts()
  const planned = new PlannedScripts(scripts)
  return {
    GET: (head) => {
      const query = new URLSearchParams(head.query())
      const named = query.get('site')
      const site = named === null ? siteOfPage(head, collection) : collection.sites.find(siteDomain(named))
      const plan = site && collection.plans.of(site.site_id)
      const served = plan && choose({ head, site, plan, preview: query.get(previewParam) }, options, planned)
      // Counting goes on where only the planned script is missing, of an older build.
      const text = served?.text ?? scripts.plain()
      const personal = served?.personal ?? false
      return text ? answer(text, head, { personal, siteNamed: named !== null }) : notBuilt
    },
  }
}

function siteOfPage(head: RequestHead, { sites }: Collection): Site | null {
  const host = URL.parse(head.header('origin') || head.header('referer'))?.host
  return host ? sites.ofHost(host) : null
}

type Asked = { head: RequestHead; site: Site; plan: SitePlan; preview: string | null }

/** The script with a plan, or null where the plain one will do. */
function choose(asked: Asked, options: ScriptRouteOptions, planned: PlannedScripts): Served | null {
  const { site, plan, preview } = asked
  const named = preview === null ? null : readPreviewToken(preview, site.reference_key)
  const shown = named && previewPlan(plan, named)
  if (preview !== null && shown) return { text: planned.preview(plan, preview, shown), personal: true }
  if (plan.running.length > 0)
    return { text: planned.assigned(plan, assignmentOf(asked, options)), personal: true }
  return plan.goals.length > 0 ? { text: planned.assigned(plan, []), personal: false } : null
}

function assignmentOf(
  { head, site, plan }: Asked,
  { collection, clientAddresses, now }: ScriptRouteOptions,
): Assignment {
  const sender = { now: now(), ...readTraits(head, clientAddresses) }
  const { bot } = collection.userAgents(sender.userAgent)
  return assignVisitor(plan, bot ? 0n : presentVisitorId({ site, sender }, collection))
}

function answer(
  text: CompressedText,
  head: RequestHead,
  { personal, siteNamed }: { personal: boolean; siteNamed: boolean },
): Answer {
  const { body, encoding, etag } = text.accepted(head.header('accept-encoding'))
  const headers: [string, string][] = [
    ['Content-Type', 'text/javascript; charset=utf-8'],
    ['Cache-Control', personal ? 'private, no-store' : 'public, max-age=300'],
    // An address without a site is another script on another site's pages.
    ['Vary', siteNamed ? 'Accept-Encoding' : 'Accept-Encoding, Origin, Referer'],
    ['ETag', etag],
    // A page with COEP: require-corp loads it too.
    ['Cross-Origin-Resource-Policy', 'cross-origin'],
  ]
  const known = head
    .header('if-none-match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers, body: '' }
  if (encoding !== 'identity') headers.push(['Content-Encoding', encoding])
  return { status: 200, headers, body }
}
