type Row = { readonly id: string; readonly created: number }
type Entry<R> = { row: R; readonly place: number }

export type PageRequest<R> = {
  limit: number
  startingAfter?: string | undefined
  endingBefore?: string | undefined
  /** Inclusive bounds of `created`, in seconds. */
  min: number
  max: number
  keep: (row: R) => boolean
}

export type Page<R> = { rows: R[]; hasMore: boolean }

/**
 * All objects of one kind in one account and mode, in the order of Stripe's lists: by `created`, then by
 * insertion. Rows are immutable: a change puts a new row under the same id, so an event may keep the old one.
 */
export class Shelf<R extends Row> {
  readonly #entries = new Map<string, Entry<R>>()
  readonly #ordered: Entry<R>[] = []
  #sorted = true

  get size(): number {
    return this.#ordered.length
  }

  get(id: string): R | undefined {
    return this.#entries.get(id)?.row
  }

  put(row: R): R {
    const known = this.#entries.get(row.id)
    if (known) {
      known.row = row
      return row
    }
    const entry = { row, place: this.#ordered.length }
    const last = this.#ordered.at(-1)
    if (last && last.row.created > row.created) this.#sorted = false
    this.#entries.set(row.id, entry)
    this.#ordered.push(entry)
    return row
  }

  /** Every row, oldest first. */
  *values(): Generator<R> {
    for (const entry of this.#sort()) yield entry.row
  }

  /** One page, newest first. A cursor that is not on the shelf gives an empty page: check it before. */
  page(request: PageRequest<R>): Page<R> {
    const ordered = this.#sort()
    if (request.endingBefore !== undefined) {
      const from = this.#indexOf(ordered, request.endingBefore) + 1
      const found = this.#collect(ordered, { from, step: 1 }, request)
      return { rows: found.rows.reverse(), hasMore: found.hasMore }
    }
    const from =
      request.startingAfter === undefined
        ? firstAbove(ordered, request.max) - 1
        : this.#indexOf(ordered, request.startingAfter) - 1
    return this.#collect(ordered, { from, step: -1 }, request)
  }

  #collect(ordered: Entry<R>[], walk: { from: number; step: 1 | -1 }, request: PageRequest<R>): Page<R> {
    const rows: R[] = []
    for (let index = walk.from; index >= 0 && index < ordered.length; index += walk.step) {
      const row = ordered[index]?.row
      if (row === undefined) break
      if (walk.step === -1 ? row.created < request.min : row.created > request.max) break
      if (row.created < request.min || row.created > request.max || !request.keep(row)) continue
      if (rows.length === request.limit) return { rows, hasMore: true }
      rows.push(row)
    }
    return { rows, hasMore: false }
  }

  #sort(): Entry<R>[] {
    if (!this.#sorted) {
      this.#ordered.sort((a, b) => a.row.created - b.row.created || a.place - b.place)
      this.#sorted = true
    }
    return this.#ordered
  }

  #indexOf(ordered: Entry<R>[], id: string): number {
    const entry = this.#entries.get(id)
    if (!entry) return ordered.length
    let index = firstAbove(ordered, entry.row.created - 1)
    while (index < ordered.length && ordered[index] !== entry) index += 1
    return index
  }
}

/** The first index whose `created` is above `limit`; binary search over an ascending list. */
function firstAbove<R extends Row>(ordered: Entry<R>[], limit: number): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    const created = ordered[middle]?.row.created ?? Number.POSITIVE_INFINITY
    if (created > limit) high = middle
    else low = middle + 1
  }
  return low
}
