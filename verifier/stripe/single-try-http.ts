import type { Agent } from 'node:http'
import Stripe from 'stripe'

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>
type MakeRequest = HttpClient['makeRequest']

/**
 * stripe-node's own HTTP client, made to send each request once. stripe-node 23 sends again after ECONNRESET or EPIPE
 * even with `maxNetworkRetries: 0`, past the queue that keeps the account's rate; without the code it does not.
 */
export function createSingleTryClient(agent: Agent): HttpClient {
  const inner = Stripe.createNodeHttpClient(agent)
  const makeRequest: MakeRequest = async (...request) => {
    try {
      return await inner.makeRequest(...request)
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ETIMEDOUT') throw cause
      throw new Error('The connection to Stripe failed.', { cause })
    }
  }
  return { getClientName: () => inner.getClientName(), makeRequest }
}
