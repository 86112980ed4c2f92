import type { Dimension, QueryResult } from '../../../../contract/query.ts'
import { Resource } from '../../answers/resource.svelte.ts'
import type { Api } from '../../api.ts'
import { formatShortCount } from '../../format/format-number.ts'
import { dimensionLabel } from '../../view/dimension-name.ts'
import { numberOf } from '../../view/metric-shape.ts'
import type { View } from '../../view/view-state.ts'
import { searchFilter } from './details.svelte.ts'

type Suggestion = { value: string; label: string; hint: string }

/** The values that a filter can be made of: those of the range shown, with most visitors first. */
export class Suggestions {
  readonly #answer = new Resource<QueryResult>()
  readonly #api: Api
  readonly #domain: string
  readonly #asked: () => View
  #dimension: Dimension = $state('visit:source')
  #options: Suggestion[] = $derived.by(() => {
    const result = this.#answer.value
    if (result === null || result.query.dimensions[0] !== this.#dimension) return []
    return result.results.map(({ dimensions, metrics }) => ({
      value: dimensions[0] ?? '',
      label: dimensionLabel(this.#dimension, dimensions[0] ?? ''),
      hint: formatShortCount(numberOf(metrics[0]) ?? 0),
    }))
  })

  constructor(api: Api, domain: string, asked: () => View) {
    this.#api = api
    this.#domain = domain
    this.#asked = asked
  }

  get options(): Suggestion[] {
    return this.#options
  }

  search(dimension: Dimension, text: string): void {
    this.#dimension = dimension
    void this.#answer.load((signal) =>
      this.#api.query(
        {
          site_id: this.#domain,
          metrics: ['visitors'],
          date_range: this.#asked().range,
          dimensions: [dimension],
          filters: searchFilter(dimension, text),
          order_by: [['visitors', 'desc']],
          pagination: { limit: 30, offset: 0 },
        },
        signal,
      ),
    )
  }
}
