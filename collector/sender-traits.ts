import { addressKey, type ClientAddresses } from '../schema/process/client-address.ts'
import type { RequestHead } from './http-route.ts'

/** What identity needs of a request. Never written anywhere. */
export type SenderTraits = {
  address: string
  addressKey: string
  userAgent: string
  /** Global Privacy Control or Do Not Track was sent. */
  optsOut: boolean
}

/** Reads them while the head can be read. */
export function readTraits(head: RequestHead, clientAddresses: ClientAddresses): SenderTraits {
  const address = clientAddresses.of(head.peer, head.headerLines)
  return {
    address,
    addressKey: addressKey(address),
    userAgent: head.header('user-agent'),
    optsOut: head.header('sec-gpc') === '1' || head.header('dnt') === '1',
  }
}
