import { wholeTable } from '../claims/new-claims.ts'
import type { Equipment } from '../equipment.ts'
import type { ConnectedAccount } from '../stripe/connected-accounts.ts'
import { AccountDesk } from './account-desk.ts'
import { handleNotices } from './handle-notices.ts'
import { writeHandledEvents } from './handled-events.ts'
import { type PushedEvent, readInbox } from './inbox.ts'
import type { Notice } from './notices.ts'

const recentSeconds = 120
const stepsPerWholeTable = 60
const mostPerSite = 50
const longestPauseMs = 300_000

/** Handles events that Stripe pushed, as soon as the dashboard has stored them. */
export class WebhookLoop {
  #equipment: Equipment
  #step = 0
  /** Accounts whose events could not be handled, and when they are tried again (ms). */
  #pauses = new Map<string, { tries: number; until: number }>()

  constructor(equipment: Equipment) {
    this.#equipment = equipment
  }

  /** One look at the inbox. An account that Stripe does not answer for is tried again later and holds up no other. */
  async step(): Promise<void> {
    const { client, directory, now } = this.#equipment
    const accounts = directory
      .accounts()
      .filter((account) => (this.#pauses.get(account.name)?.until ?? 0) <= now())
    const events = await readInbox(client, {
      site_ids: accounts.flatMap((account) => account.sites.map((site) => site.site_id)),
      window_s: this.#step++ % stepsPerWholeTable === 0 ? wholeTable : recentSeconds,
      limit: mostPerSite,
    })
    if (events.length === 0) return
    await Promise.all(accounts.map((account) => this.#handle(account, events)))
  }

  async #handle(account: ConnectedAccount, events: readonly PushedEvent[]): Promise<void> {
    const { client, now, log } = this.#equipment
    const siteIds = new Set(account.sites.map((site) => site.site_id))
    const notices = events.filter((event) => siteIds.has(event.site_id)).map(noticeOf)
    const desk = notices.length > 0 ? AccountDesk.open(this.#equipment, account, 'events') : null
    if (!desk) return
    try {
      const outcomes = await handleNotices(desk, notices, client)
      const context = { account: account.name, via: 'webhook', now: now() } as const
      await writeHandledEvents(client, { notices, outcomes }, context)
      this.#pauses.delete(account.name)
    } catch (error) {
      const tries = (this.#pauses.get(account.name)?.tries ?? 0) + 1
      const pause = Math.min(longestPauseMs, this.#equipment.paging.backoffMs * 2 ** tries)
      this.#pauses.set(account.name, { tries, until: now() + pause })
      log.warn({ err: error, account: account.name }, 'pushed events could not be handled yet')
    }
  }
}

function noticeOf({ event_id, type, object_id }: PushedEvent): Notice {
  return { event_id, type, object_id, payment_intent: '' }
}
