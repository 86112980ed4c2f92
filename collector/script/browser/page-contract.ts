/** The HTTP status of the first try to send an event, 0 without an answer; later tries go on in the background. */
type Outcome = { status: number }

/** What a page may say about an event of its own. */
export type EventOptions = {
  props?: Record<string, string | number | boolean | null>
  /** Decimal amount, as in `{ currency: 'USD', amount: 19.9 }`. */
  revenue?: { currency: string; amount: number | string }
  /** False when the event must not end a bounce. */
  interactive?: boolean
  callback?: (outcome: Outcome) => void
}

/** The arguments of `window.revtrail`. */
export type EventCall = [name: string, options?: EventOptions]

/**
 * `window.revtrail`. Before the script arrives, a page may install the stub
 * `window.revtrail = window.revtrail || function () { (window.revtrail.q = window.revtrail.q || []).push(arguments) }`;
 * its calls are sent once the script runs.
 */
export type Revtrail = ((...call: EventCall) => void) & {
  /** The visit's reference, once the collector told it. Lives in this page's memory only. */
  visitId?: string | undefined
  /** What hides the page until the script has run, where the inline loader did (schema/experiment/loader.ts). */
  veil?: Animation | undefined
  q?: { push: (call: EventCall) => unknown; forEach?: (each: (call: EventCall) => void) => void }
}

declare global {
  interface Window {
    revtrail?: Revtrail
  }
  interface Document {
    /** Chromium's speculation rules; undefined elsewhere. */
    readonly prerendering?: boolean
  }
}
