import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AcceptedRows } from '../accepted-rows.ts'
import type { Journal } from '../journal/journal.ts'
import { batchId, batchToken, type SealedBatch } from '../journal/segment.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { isIn } from './month.ts'
import { PartDelivery, type Sending } from './part-delivery.ts'

/**
 * Brings a batch into ClickHouse: its claims first, since a buyer waits for them, then its events, a month at a time.
 *
 * @param encoded the batch as it was encoded while its rows came, or null to encode it from the journal
 * @throws only when the signal came, or what the disk throws
 */
export async function deliverBatch(
  batch: SealedBatch,
  encoded: BatchEncoder | null,
  context: { journal: Journal; sending: Sending },
): Promise<void> {
  const { journal, sending } = context
  const encoder = encoded ?? (await encodeFromJournal(journal, batch))
  const named = { batchId: batchId(batch.segment, batch.index), doubtful: batch.doubtful }
  const token = batchToken(batch)
  const claims = encoder.claims()
  if (claims) {
    const load = async () => (await requestsOf(journal, batch)).flatMap((rows) => rows.claims)
    await new PartDelivery({ ...claims, ...named, token, load }, sending).run()
  }
  for (const events of encoder.events()) {
    const { month } = events
    const load = async () => {
      const all = (await requestsOf(journal, batch)).flatMap((rows) => rows.events)
      return month ? all.filter((event) => isIn(month, event.received_at)) : all
    }
    // Parts of two months may bring visits of one month, and a view's table knows them apart by their token only.
    const monthToken = month ? `${token}/${month.name}` : token
    await new PartDelivery({ ...events, ...named, token: monthToken, load }, sending).run()
  }
}

// Record by record, so that acknowledgements go on while a backlog is encoded.
async function encodeFromJournal(journal: Journal, batch: SealedBatch): Promise<BatchEncoder> {
  const encoder = new BatchEncoder()
  for await (const requests of journal.readBatch(batch)) {
    encoder.append(requests, batchId(batch.segment, batch.index))
    await nextTurn()
  }
  return encoder
}

async function requestsOf(journal: Journal, batch: SealedBatch): Promise<AcceptedRows[]> {
  const requests: AcceptedRows[] = []
  for await (const record of journal.readBatch(batch)) requests.push(...record)
  return requests
}
