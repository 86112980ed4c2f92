import type { Dimension, Filter, Metric, QueryResult } from '../../../../contract/query.ts'
import { filterDimension } from '../../../../contract/query.ts'
import { Resource } from '../../answers/resource.svelte.ts'
import type { Api } from '../../api.ts'
import { countriesLike } from '../../view/dimension-name.ts'
import type { View } from '../../view/view-state.ts'

/** The columns of a full list. What only a whole visit has is left out where a row is a page. */
const visitColumns = [
  'visitors',
  'bounce_rate',
  'visit_duration',
  'orders',
  'revenue',
  'payment_conversion_rate',
  'revenue_per_visitor',
] as const satisfies Metric[]
const pageColumns = [
  'visitors',
  'pageviews',
  'orders',
  'revenue',
  'payment_conversion_rate',
  'revenue_per_visitor',
] as const satisfies Metric[]

const pageSize = 50

/** The full list of one dimension: searched, sorted and turned page by page. */
export class Details {
  readonly dimension: Dimension
  readonly columns: readonly Metric[]
  readonly answer = new Resource<QueryResult>()
  readonly #api: Api
  readonly #domain: string
  #search = $state('')
  #order: { metric: Metric; direction: 'asc' | 'desc' } = $state.raw({
    metric: 'visitors',
    direction: 'desc',
  })
  #offset = $state(0)

  constructor(api: Api, domain: string, dimension: Dimension) {
    this.#api = api
    this.#domain = domain
    this.dimension = dimension
    this.columns = dimension.startsWith('event:') ? pageColumns : visitColumns
  }

  get search(): string {
    return this.#search
  }

  get order(): { metric: Metric; direction: 'asc' | 'desc' } {
    return this.#order
  }

  get offset(): number {
    return this.#offset
  }

  get pageSize(): number {
    return pageSize
  }

  find(text: string): void {
    this.#search = text
    this.#offset = 0
  }

  /** Sorts by a column, the other way round when it is sorted by it already. */
  sort(metric: Metric): void {
    const again = this.#order.metric === metric && this.#order.direction === 'desc'
    this.#order = { metric, direction: again ? 'asc' : 'desc' }
    this.#offset = 0
  }

  turn(pages: 1 | -1): void {
    this.#offset = Math.max(0, this.#offset + pages * pageSize)
  }

  load(asked: View): void {
    const filters = [...asked.filters, ...this.#searchFilter()]
    void this.answer.load((signal) =>
      this.#api.query(
        {
          site_id: this.#domain,
          metrics: [...this.columns],
          date_range: asked.range,
          dimensions: [this.dimension],
          filters,
          order_by: [[this.#order.metric, this.#order.direction]],
          include: { total_rows: true },
          pagination: { limit: pageSize, offset: this.#offset },
        },
        signal,
      ),
    )
  }

  #searchFilter(): Filter[] {
    return searchFilter(this.dimension, this.#search)
  }
}

/** The filter that finds the values which hold a text; countries are stored as codes and found by their names. */
export function searchFilter(dimension: Dimension, text: string): Filter[] {
  const wanted = text.trim()
  const name = filterDimension.safeParse(dimension)
  if (wanted === '' || !name.success) return []
  if (dimension !== 'visit:country') return [['contains', name.data, [wanted]]]
  const codes = countriesLike(wanted).slice(0, 100)
  // No country has this code: the list is then empty, as it should be.
  return [['is', name.data, codes.length > 0 ? codes : ['--']]]
}
