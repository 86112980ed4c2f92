import type { ClickHouseClient } from '@clickhouse/client'
import { readSites, type Site } from '../../schema/site/read-sites.ts'
import { type ConnectedAccount, connectedAccounts } from './connected-accounts.ts'
import type { ConnectionRegistry } from './connection-registry.ts'
import { readConnections } from './connections.ts'

/** The sites and their connections as the tables had them last, and the accounts that follow from them. */
export class AccountDirectory {
  #client: ClickHouseClient
  #registry: ConnectionRegistry
  #sites = new Map<number, Site>()

  constructor(client: ClickHouseClient, registry: ConnectionRegistry) {
    this.#client = client
    this.#registry = registry
  }

  get sites(): ReadonlyMap<number, Site> {
    return this.#sites
  }

  /** Reads the tables again. Gives whether there are sites, or connections, that were not there before. */
  async reload(): Promise<{ sites: boolean; connections: boolean }> {
    const [sites, connections] = await Promise.all([readSites(this.#client), readConnections(this.#client)])
    const added = sites.some((site) => !this.#sites.has(site.site_id))
    this.#sites = new Map(sites.map((site) => [site.site_id, site]))
    const changed = this.#registry.update(connections.filter(({ site_id }) => this.#sites.has(site_id)))
    return { sites: added, connections: changed }
  }

  /** Every account that is connected, with its sites. */
  accounts(): ConnectedAccount[] {
    return connectedAccounts(this.#registry.all(), this.#sites)
  }

  /** The account that a site is connected to, or null. */
  accountOf(siteId: number): ConnectedAccount | null {
    const open = this.#registry.get(siteId)
    if (!open) return null
    return this.accounts().find((account) => account.name === open.account) ?? null
  }
}
