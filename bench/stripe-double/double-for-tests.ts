import Stripe from 'stripe'
import { type StripeDouble, type StripeDoubleOptions, startStripeDouble } from './double.ts'

/** Tests make many calls at once: no limit unless the test is about limits. */
const noLimits = { testRate: 1e6, liveRate: 1e6, endpointRate: 1e6 }

/** 2026-11-24 12:00:00 UTC, in ms. */
export const noon = Date.UTC(2026, 10, 24, 12)
export const day = 86_400_000

/** A double with its clock at `noon`, which `pass` moves on, and the client that Revtrail uses. */
export async function doubleForTests(options: StripeDoubleOptions = {}) {
  let time = noon
  const double = await startStripeDouble({ now: () => time, limits: noLimits, ...options })
  return {
    double,
    pass: (ms: number) => {
      time += ms
    },
    account: accountAt(double, 0),
    euroAccount: accountAt(double, 1),
    client: (key: string) => clientFor(double, key),
  }
}

function accountAt(double: StripeDouble, index: number) {
  const account = double.accounts[index]
  if (!account) throw new Error(`The double starts without account ${index}.`)
  return account
}

/** stripe-node set up as Revtrail sets it up, pointed at the double. */
export function clientFor(double: StripeDouble, key: string): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: double.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: 10_000,
  })
}

/** What a call was refused with; fails the test when it was not. */
export async function refusalOf(call: Promise<unknown>) {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('The call was not refused.')
}
