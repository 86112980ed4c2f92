type Row = { readonly id: string; readonly created: number }
type Entry<R> = { row: R; readonly place: number }

/** Rows by what one of their fields says. It is built when first asked for, so that it costs nothing unused. */
type Index<R> = { read: (row: R) => string | null | undefined; found: Map<string, Entry<R>[]> }

/** Rows whose field is `value`; `name` tells one field of a shelf from another. */
export type Lookup<R> = { name: string; read: Index<R>['read']; value: string }

export type PageRequest<R> = {
  limit: number
  startingAfter?: string | undefined
  endingBefore?: string | undefined
  /** Inclusive bounds of `created`, in seconds. */
  min: number
  max: number
  lookup?: Lookup<R> | undefined
  keep: (row: R) => boolean
}

export type Page<R> = { rows: R[]; hasMore: boolean }

/** A late row moves at most this many others at once; one from further back waits for the next sort. */
const MOST_MOVED = 4096

/**
 * All objects of one kind in one account and mode, in the order of Stripe's lists: by `created`, then by
 * insertion. Rows are immutable: a change puts a new row under the same id, so an event may keep the old one.
 */
export class Shelf<R extends Row> {
  readonly #entries = new Map<string, Entry<R>>()
  readonly #ordered: Entry<R>[] = []
  readonly #indexes = new Map<string, Index<R>>()
  #sorted = true
  #places = 0

  get size(): number {
    return this.#ordered.length
  }

  get(id: string): R | undefined {
    return this.#entries.get(id)?.row
  }

  put(row: R): R {
    const known = this.#entries.get(row.id)
    if (known) {
      const before = known.row
      known.row = row
      for (const index of this.#indexes.values()) moveIn(index, known, before)
      return row
    }
    const entry = { row, place: this.#places }
    this.#places += 1
    this.#entries.set(row.id, entry)
    this.#insert(entry)
    for (const index of this.#indexes.values()) addTo(index, entry)
    return row
  }

  #insert(entry: Entry<R>) {
    const at = this.#sorted ? firstAbove(this.#ordered, entry.row.created) : this.#ordered.length
    if (this.#ordered.length - at > MOST_MOVED) {
      this.#sorted = false
      this.#ordered.push(entry)
    } else this.#ordered.splice(at, 0, entry)
  }

  /** Every row, oldest first. */
  *values(): Generator<R> {
    for (const entry of this.#sort()) yield entry.row
  }

  /** Forgets the rows that were created before a moment, in seconds. */
  dropBefore(created: number): void {
    for (const { row } of this.#sort().splice(0, firstAbove(this.#sort(), created - 1))) {
      this.#entries.delete(row.id)
    }
    this.#indexes.clear()
  }

  /** One page, newest first. A cursor that is not on the shelf gives an empty page: check it before. */
  page(request: PageRequest<R>): Page<R> {
    const ordered = request.lookup ? this.#find(request.lookup) : this.#sort()
    if (request.endingBefore !== undefined) {
      const from = this.#placeAfter(ordered, request.endingBefore)
      const found = collect(ordered, { from, step: 1 }, request)
      return { rows: found.rows.reverse(), hasMore: found.hasMore }
    }
    const from =
      request.startingAfter === undefined
        ? firstAbove(ordered, request.max) - 1
        : this.#placeBefore(ordered, request.startingAfter)
    return collect(ordered, { from, step: -1 }, request)
  }

  #sort(): Entry<R>[] {
    if (!this.#sorted) {
      this.#ordered.sort(inOrder)
      this.#sorted = true
    }
    return this.#ordered
  }

  #find({ name, read, value }: Lookup<R>): Entry<R>[] {
    let index = this.#indexes.get(name)
    if (!index) {
      index = { read, found: new Map() }
      this.#indexes.set(name, index)
      for (const entry of this.#sort()) addTo(index, entry)
    }
    return index.found.get(value) ?? []
  }

  #placeBefore(ordered: Entry<R>[], id: string): number {
    const cursor = this.#entries.get(id)
    return cursor ? firstAt(ordered, cursor) - 1 : -1
  }

  #placeAfter(ordered: Entry<R>[], id: string): number {
    const cursor = this.#entries.get(id)
    if (!cursor) return ordered.length
    const at = firstAt(ordered, cursor)
    return ordered[at] === cursor ? at + 1 : at
  }
}

function collect<R extends Row>(
  ordered: Entry<R>[],
  walk: { from: number; step: 1 | -1 },
  request: PageRequest<R>,
): Page<R> {
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

function inOrder<R extends Row>(a: Entry<R>, b: Entry<R>): number {
  return a.row.created - b.row.created || a.place - b.place
}

function addTo<R extends Row>(index: Index<R>, entry: Entry<R>) {
  const value = index.read(entry.row)
  if (value === null || value === undefined) return
  const found = index.found.get(value)
  if (!found) index.found.set(value, [entry])
  else found.splice(firstAt(found, entry), 0, entry)
}

function moveIn<R extends Row>(index: Index<R>, entry: Entry<R>, before: R) {
  const old = index.read(before)
  if (old === index.read(entry.row)) return
  const found = index.found.get(old ?? '')
  if (found) found.splice(found.indexOf(entry), 1)
  addTo(index, entry)
}

/** The first index at or behind an entry's place in the order. */
function firstAt<R extends Row>(ordered: Entry<R>[], entry: Entry<R>): number {
  return firstWhere(ordered, (other) => inOrder(other, entry) >= 0)
}

/** The first index whose `created` is above `limit`. */
function firstAbove<R extends Row>(ordered: Entry<R>[], limit: number): number {
  return firstWhere(ordered, ({ row }) => row.created > limit)
}

/** Binary search over a list where `is` holds from some index to the end. */
function firstWhere<T>(ordered: readonly T[], is: (item: T) => boolean): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = ordered[middle]
    if (item !== undefined && !is(item)) low = middle + 1
    else high = middle
  }
  return low
}
