import { newEventId } from './event-id.ts'
import type { EventCall } from './page-contract.ts'
import type { Settings } from './settings.ts'

// The collector refuses longer addresses; a cut one still names the page.
const maxUrl = 2000

/** One event as the collector takes it: the short names of the Plausible Events API. */
export function eventBody(settings: Settings, ...[name, options = {}]: EventCall): string {
  return JSON.stringify({
    n: name,
    u: location.href.slice(0, maxUrl),
    d: settings.domain,
    r: ((planned ? settings.referrer : undefined) ?? document.referrer).slice(0, maxUrl) || undefined,
    p: options.props,
    $: options.revenue,
    i: options.interactive,
    h: settings.hashMode || undefined,
    webdriver: navigator.webdriver || undefined,
    event_id: newEventId(),
  })
}
