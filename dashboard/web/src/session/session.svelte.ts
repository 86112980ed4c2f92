import type { z } from 'zod'
import type { Me } from '../../../contract/account.ts'
import type { Site, siteList } from '../../../contract/sites.ts'
import type { Answer, Failure } from '../answers/answer.ts'
import { Resource } from '../answers/resource.svelte.ts'
import { type Api, openApi } from '../api.ts'

/** Who is logged in, the sites that they see, and the door to the API that notices when the login ends. */
export class Session {
  readonly api: Api = openApi(() => void this.load())
  #me = new Resource<Me>()
  #sites = new Resource<z.infer<typeof siteList>>()

  get me(): Me | null {
    return this.#me.value
  }

  get failure(): Failure | null {
    return this.#me.failure
  }

  get sites(): Resource<z.infer<typeof siteList>> {
    return this.#sites
  }

  load(): Promise<Answer<Me>> {
    return this.#me.load((signal) => this.api.me(signal))
  }

  loadSites({ quiet = false } = {}): Promise<Answer<z.infer<typeof siteList>>> {
    return this.#sites.load((signal) => this.api.sites(signal), { quiet })
  }

  site(domain: string): Site | undefined {
    return this.#sites.value?.sites.find((site) => site.domain === domain)
  }

  /** Takes in the owner whom a login's or the setup's answer names. */
  admit(me: Me): void {
    this.#me.set(me)
  }

  async logout(): Promise<void> {
    await this.api.logout()
    this.#sites.clear()
    await this.load()
  }
}
