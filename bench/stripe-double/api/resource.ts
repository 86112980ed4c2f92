import type { Lookup, Shelf } from '../books/shelf.ts'
import type { Book } from '../books/world.ts'
import type { ListQuery } from './list-query.ts'

type Json = Record<string, unknown>
type Row = { readonly id: string; readonly created: number }

/** One kind of object of the API: where it is, who may read it, how it is listed and what it refers to. */
export type Resource = {
  readonly path: string
  /** As in "No such payment_intent: ...". */
  readonly object: string
  readonly permission: string
  readonly hasCreated: boolean
  readonly filters: readonly string[]
  /** Filters whose values are a closed set; any other value is a 400. */
  readonly choices: Readonly<Record<string, readonly string[]>>
  /** Fields that `expand[]` may name, such as `payment.payment_intent`, and the prefix of the ids in them. */
  readonly expandable: Readonly<Record<string, string>>
  /** Lists that are only there when `expand[]` names them, and the prefix of the ids in them. */
  readonly includable: Readonly<Record<string, Includable>>
  has(book: Book, id: string): boolean
  read(book: Book, id: string, baseUrl: string): Json | undefined
  page(book: Book, query: ListQuery, baseUrl: string): { data: Json[]; hasMore: boolean }
}

type Includable = { prefix: string; ids: (book: Book, id: string) => string[]; url: (id: string) => string }

/** How a list is narrowed. With `read` it is a look-up of one value, which needs no walk over all rows. */
export type Filter<R> =
  | { read: (row: R) => string | null | undefined }
  | { test: (row: R, values: string[], book: Book) => boolean }

type Definition<R extends Row> = Pick<Resource, 'path' | 'object' | 'permission'> &
  Partial<Pick<Resource, 'hasCreated' | 'expandable' | 'includable' | 'choices'>> & {
    shelf: (book: Book) => Shelf<R>
    shape: (row: R, baseUrl: string, book: Book) => Json
    filters: Readonly<Record<string, Filter<R>>>
    /** What a list without filters leaves out. */
    unasked?: (row: R, query: ListQuery) => boolean
  }

export function define<R extends Row>(definition: Definition<R>): Resource {
  const { shelf, shape, filters, unasked, ...rest } = definition
  const { hasCreated = true, expandable = {}, includable = {}, choices = {}, ...plain } = rest
  return {
    ...plain,
    hasCreated,
    expandable,
    includable,
    choices,
    filters: Object.keys(filters),
    has: (book, id) => shelf(book).get(id) !== undefined,
    read(book, id, baseUrl) {
      const row = shelf(book).get(id)
      return row && shape(row, baseUrl, book)
    },
    page(book, query, baseUrl) {
      const tests: ((row: R) => boolean)[] = unasked ? [(row) => !unasked(row, query)] : []
      let lookup: Lookup<R> | undefined
      for (const [name, values] of query.filters) {
        const filter = filters[name]
        const [value = ''] = values
        if (!filter) continue
        if ('test' in filter) tests.push((row) => filter.test(row, values, book))
        else if (lookup) tests.push((row) => filter.read(row) === value)
        else lookup = { name, read: filter.read, value }
      }
      const page = shelf(book).page({ ...query, lookup, keep: (row) => tests.every((test) => test(row)) })
      return { data: page.rows.map((row) => shape(row, baseUrl, book)), hasMore: page.hasMore }
    },
  }
}

/** A filter by a field with few values, walked rather than looked up. */
export function equals<R>(read: (row: R) => string | null | undefined): Filter<R> {
  return { test: (row, [value]) => read(row) === value }
}
