import type { Site } from '../../schema/site/read-sites.ts'
import type { Account } from '../payments/account.ts'
import type { OpenConnection } from './open-connection.ts'

/** An account with the connections that may be used to ask about it, one a site. */
export type ConnectedAccount = Account & { connections: readonly OpenConnection[] }

/** The accounts that these connections are of. Sites that share an account and mode come together. */
export function connectedAccounts(
  connections: readonly OpenConnection[],
  sites: ReadonlyMap<number, Site>,
): ConnectedAccount[] {
  const ofAccount = Map.groupBy(connections, (open) => open.account)
  return [...ofAccount].flatMap(([name, group]) => {
    const [first] = group
    if (!first) return []
    const connected = group.flatMap(({ connection: { site_id, payment_links } }) => {
      const site = sites.get(site_id)
      return site ? [{ ...site, payment_links }] : []
    })
    const { accountId: account_id, connection } = first
    return [{ name, account_id, livemode: connection.livemode, sites: connected, connections: group }]
  })
}

/** The connection to ask about a whole account: one whose key works, the oldest site's first; null when none does. */
export function usableConnection({ connections }: ConnectedAccount): OpenConnection | null {
  return connections.find((open) => open.outlook.refusal === null) ?? null
}
