import type { z } from 'zod'
import type { LinkRecord } from '../books/records.ts'
import { accountOf, type Book, bookOf, emit, find, locate, seconds, type World } from '../books/world.ts'
import type { linkChanges, linkParams } from '../params.ts'

/** A new link; its page is at `url`, and at the same slug below a mapped `buy.stripe.com`. */
export function createLink(world: World, params: z.output<typeof linkParams>): LinkRecord {
  const { account, livemode, at, currency, payment_intent_data, subscription_data, ...rest } = params
  const book = bookOf(accountOf(world, account), livemode)
  const slug = `${livemode ? '' : 'test_'}${world.random.token(18)}`
  const created = seconds(world, at)
  const link = book.links.put({
    ...rest,
    intent_metadata: payment_intent_data.metadata,
    subscription_metadata: subscription_data.metadata,
    trial_days: subscription_data.trial_period_days,
    id: `plink_1${world.random.token(23)}`,
    created,
    livemode,
    slug,
    url: `${world.baseUrl()}/pay/${slug}`,
    currency: currency ?? book.account.settles_in[0],
  })
  emit(world, book, { type: 'payment_link.created', subject: { kind: 'link', record: link }, created })
  return link
}

/** Changes a link in place: sessions that exist keep what they had. */
export function updateLink(world: World, id: string, changes: z.output<typeof linkChanges>): LinkRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.links.get(id))
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const link = book.links.put({ ...row, ...given })
  const created = seconds(world, undefined)
  emit(world, book, { type: 'payment_link.updated', subject: { kind: 'link', record: link }, created })
  return link
}

export function linkBySlug(world: World, slug: string): { book: Book; row: LinkRecord } | undefined {
  return find(world, ({ links }) => [...links.values()].find((link) => link.slug === slug))
}
