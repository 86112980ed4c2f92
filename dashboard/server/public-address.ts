import type { Context } from 'hono'
import type { Config } from '../../schema/config.ts'
import {
  type ClientAddresses,
  canonicalAddress,
  isPrivateAddress,
} from '../../schema/process/client-address.ts'
import type { DashboardEnv } from './environment.ts'

/** What a request says about where it came from, as far as that may be believed. */
export type RequestOrigin = {
  /** The client's address. It stays in memory. */
  address: string
  /** Whether the browser speaks https, to us or to a trusted proxy. */
  secure: boolean
  /** The host and port in the browser's address bar; '' when the header names none. */
  host: string
  /** A private peer that is not trusted forwards requests: every visitor would look like that peer. */
  untrustedProxy: string | null
}

type AddressConfig = Pick<
  Config,
  'DASHBOARD_URL' | 'COLLECTOR_URL' | 'COLLECTOR_PORT' | 'CLIENT_IP_HEADER' | 'DASHBOARD_PORT'
>

/** Reads the peer, the forwarded headers (only of trusted proxies) and the host of a request. */
export function requestOrigin(
  context: Context<DashboardEnv>,
  config: AddressConfig,
  clients: ClientAddresses,
): RequestOrigin {
  const header = (name: string) => context.req.header(name)
  const socket = context.env.incoming.socket.remoteAddress ?? ''
  const peer = canonicalAddress(socket) ?? ''
  const trusted = clients.trusts(peer)
  const forwarded = header(config.CLIENT_IP_HEADER)
  const proto = trusted ? header('x-forwarded-proto') : undefined
  const host = readHost((trusted ? header('x-forwarded-host') : undefined) ?? header('host') ?? '')
  return {
    address: clients.of(socket, (name) => header(name) ?? ''),
    secure: config.DASHBOARD_URL?.startsWith('https:') ?? proto === 'https',
    host: config.DASHBOARD_URL === undefined ? host : new URL(config.DASHBOARD_URL).host,
    untrustedProxy: forwarded !== undefined && !trusted && isPrivateAddress(peer) ? peer : null,
  }
}

// The host goes into snippets: only a name, an IPv4 address or an IPv6 address in brackets, with a port or without.
const hostPattern = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

function readHost(text: string): string {
  return hostPattern.test(text) && URL.canParse(`http://${text}`) ? text : ''
}

/** The public address of the collector: as configured, or the host of this request with the collector's port. */
export function collectorOrigin(config: AddressConfig, origin: Pick<RequestOrigin, 'host'>): string {
  if (config.COLLECTOR_URL !== undefined) return config.COLLECTOR_URL
  const hostname = origin.host.replace(/:\d+$/, '') || 'localhost'
  return `http://${hostname}:${config.COLLECTOR_PORT}`
}
