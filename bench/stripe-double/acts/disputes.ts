import type { z } from 'zod'
import type { ChargeRecord, DisputeRecord, TransactionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, locate, seconds, type World } from '../books/world.ts'
import type { disputeOutcome, disputeParams, momentParams } from '../params.ts'
import { chargeBehind, move, requireSucceeded, settled } from './charges.ts'

/** What Stripe charges for a dispute, in minor units of the balance. */
const DISPUTE_FEE = 1500

/**
 * The buyer's bank disputes a charge: the money leaves the balance at once, unless it is an inquiry
 * (`warning_*`), which takes none.
 */
export function openDispute(world: World, id: string, params: z.output<typeof disputeParams>): DisputeRecord {
  const { book, row: charge } = locate(world, id, (candidate) => chargeBehind(candidate, id))
  requireSucceeded(charge)
  if (charge.disputed) throw new DoubleMisuse(`${charge.id} is disputed already.`)
  const created = seconds(world, params.at)
  const inquiry = params.status === 'warning_needs_response'
  const opened: DisputeRecord = {
    id: `du_1${world.random.token(23)}`,
    created,
    livemode: book.livemode,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount: Math.min(params.amount ?? charge.amount, charge.amount),
    currency: charge.currency,
    reason: params.reason,
    status: params.status,
    balance_transactions: [],
  }
  book.charges.put({ ...charge, disputed: true })
  const withdrawn = inquiry ? [] : [withdraw(world, book, { charge, dispute: opened, created })]
  const dispute = book.disputes.put({ ...opened, balance_transactions: withdrawn })
  tell(world, book, { type: 'charge.dispute.created', dispute, created })
  if (!inquiry) tell(world, book, { type: 'charge.dispute.funds_withdrawn', dispute, created })
  return dispute
}

type Step = { charge: ChargeRecord; dispute: DisputeRecord; created: number }

function withdraw(world: World, book: Book, { charge, dispute, created }: Step): TransactionRecord {
  return move(world, book, {
    charge,
    amount: -settled(charge, dispute.amount),
    fee: DISPUTE_FEE,
    type: 'adjustment',
    reporting_category: 'dispute',
    source: dispute.id,
    created,
  })
}

/** The shop sends its evidence, and the bank begins to look at it. */
export function answerDispute(
  world: World,
  id: string,
  params: z.output<typeof momentParams>,
): DisputeRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.disputes.get(id))
  const next = { needs_response: 'under_review', warning_needs_response: 'warning_under_review' } as const
  if (row.status !== 'needs_response' && row.status !== 'warning_needs_response') {
    throw new DoubleMisuse(`${id} is ${row.status}: it needs no response.`)
  }
  const dispute = book.disputes.put({ ...row, status: next[row.status] })
  tell(world, book, { type: 'charge.dispute.updated', dispute, created: seconds(world, params.at) })
  return dispute
}

/** The bank decides. A won dispute brings the money back; a lost one leaves things as they are. */
export function closeDispute(
  world: World,
  id: string,
  params: z.output<typeof disputeOutcome>,
): DisputeRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.disputes.get(id))
  const charge = book.charges.get(row.charge)
  const inquiry = row.status.startsWith('warning_')
  const open = row.status.endsWith('needs_response') || row.status.endsWith('under_review')
  if (!charge || !open) throw new DoubleMisuse(`${id} is ${row.status}: it is closed.`)
  if (inquiry !== (params.status === 'warning_closed')) {
    throw new DoubleMisuse(`${id} is ${row.status}: it cannot become ${params.status}.`)
  }
  const created = seconds(world, params.at)
  const returned = params.status === 'won' ? [reinstate(world, book, { charge, dispute: row, created })] : []
  const dispute = book.disputes.put({
    ...row,
    status: params.status,
    balance_transactions: [...row.balance_transactions, ...returned],
  })
  tell(world, book, { type: 'charge.dispute.closed', dispute, created })
  if (params.status === 'won')
    tell(world, book, { type: 'charge.dispute.funds_reinstated', dispute, created })
  return dispute
}

function reinstate(world: World, book: Book, { charge, dispute, created }: Step): TransactionRecord {
  return move(world, book, {
    charge,
    amount: settled(charge, dispute.amount),
    fee: 0,
    type: 'adjustment',
    reporting_category: 'dispute_reversal',
    source: dispute.id,
    created,
  })
}

function tell(world: World, book: Book, news: { type: string; dispute: DisputeRecord; created: number }) {
  const subject = { kind: 'dispute', record: news.dispute } as const
  emit(world, book, { type: news.type, subject, created: news.created })
}
