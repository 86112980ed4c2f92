import { LRUCache } from 'lru-cache'
import { hostOf } from './checkout-session.ts'
import type { OpenConnection } from './open-connection.ts'
import { askPaymentLink } from './questions.ts'

/** Where Payment Links send their buyers, as the owner set it up; asked for where several sites share an account. */
export class LinkHosts {
  // Owners change their links now and then, and there are few of them.
  #hosts = new LRUCache<string, string>({ max: 10_000, ttl: 600_000 })

  /** The host of a link's confirmation page; '' when it has none, undefined when it was not asked for. */
  get(id: string): string | undefined {
    return this.#hosts.get(id)
  }

  /** Asks for those of these links that are not known. A link that cannot be seen has no host. */
  async learn(open: OpenConnection, ids: Iterable<string>): Promise<void> {
    for (const id of new Set(ids)) {
      if (id === '' || this.#hosts.has(id)) continue
      const answer = await open.one('sweep', 'payment links', askPaymentLink(id))
      if (answer.kind === 'object') this.#hosts.set(id, hostOf(answer.value.after_completion))
      else if (answer.kind === 'not_found' || answer.kind === 'permission_missing') this.#hosts.set(id, '')
    }
  }
}
