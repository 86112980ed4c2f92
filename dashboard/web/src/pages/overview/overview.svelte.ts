import type { Dimension, Filter, Metric, QueryBody, QueryResult } from '../../../../contract/query.ts'
import type { Payment, RevenueSettings } from '../../../../contract/revenue.ts'
import type { Live } from '../../../../contract/sites.ts'
import { Resource } from '../../answers/resource.svelte.ts'
import type { Api } from '../../api.ts'
import { type BreakdownRow, breakdownRows, panelMetrics } from '../../view/breakdown.ts'
import { unattributed } from '../../view/dimension-name.ts'
import { numberOf } from '../../view/metric-shape.ts'
import { type PanelShape, type PanelTab, panels } from '../../view/panels.ts'
import { defaultView, readView, type View, writeView } from '../../view/view-state.ts'

/** The figures of the strip, in its order; the chart draws from the same. */
export const totalMetrics = [
  'visitors',
  'revenue',
  'orders',
  'payment_conversion_rate',
  'revenue_per_visitor',
  'bounce_rate',
  'visit_duration',
] as const satisfies Metric[]

const panelRows = 8
type Quiet = { quiet?: boolean }
type PaymentList = { payments: Payment[]; test: boolean }

/** One panel: which dimension the address chose for it, and the rows of the answer. */
export class PanelState {
  readonly shape: PanelShape
  readonly answer = new Resource<QueryResult>()
  #lost: Resource<QueryResult>
  #places: Resource<QueryResult>
  #view: () => View
  #dimension: Dimension = $derived.by(() => {
    const first = this.shape.tabs[0]
    if (first === undefined) throw new Error(`the panel ${this.shape.key} has no tabs`)
    return this.#view().tabs[this.shape.key] ?? first.dimension
  })
  #rows: BreakdownRow[] | null = $derived.by(() => {
    const result = this.answer.value
    const dimension = result?.query.dimensions[0]
    if (result === null || dimension === undefined) return null
    return breakdownRows(result, { dimension, limit: panelRows, lost: this.#lost.value })
  })

  constructor(shape: PanelShape, view: () => View, { lost, places }: Pick<Overview, 'lost' | 'places'>) {
    this.shape = shape
    this.#view = view
    this.#lost = lost
    this.#places = places
  }

  /** The tabs that have something to show: regions and cities only where the address database knows them. */
  get tabs(): readonly PanelTab[] {
    const known = (this.#places.value?.results.length ?? 0) > 0
    return this.shape.tabs.filter(
      ({ dimension }) =>
        known ||
        dimension === this.#dimension ||
        (dimension !== 'visit:region' && dimension !== 'visit:city'),
    )
  }

  get dimension(): Dimension {
    return this.#dimension
  }

  /** The dimension of the rows: for a moment still that of the tab before. */
  get shown(): Dimension {
    return this.answer.value?.query.dimensions[0] ?? this.#dimension
  }

  get rows(): BreakdownRow[] | null {
    return this.#rows
  }

  /** How many rows the whole list has beyond those shown. */
  get more(): number | null {
    const all = this.answer.value?.meta.total_rows
    return all === undefined ? null : Math.max(0, all - (this.#rows?.length ?? 0))
  }
}

/** What a site's overview shows, and the questions that fetch it. */
export class Overview {
  readonly totals = new Resource<QueryResult>()
  readonly series = new Resource<QueryResult>()
  readonly lost = new Resource<QueryResult>()
  readonly places = new Resource<QueryResult>()
  readonly live = new Resource<Live>()
  readonly payments = new Resource<PaymentList>()
  readonly revenue = new Resource<RevenueSettings>()
  readonly panels: readonly PanelState[]
  readonly #api: Api
  readonly #domain: string
  #view: () => View
  // A text, so that what depends on it runs again only when the question is another one.
  #scope = $derived.by(() => {
    const { range, compare, filters } = this.#view()
    return writeView({ ...defaultView, range, compare, filters })
  })
  #asked = $derived(readView(this.#scope))

  constructor(api: Api, domain: string, view: () => View) {
    this.#api = api
    this.#domain = domain
    this.#view = view
    this.panels = panels.map((shape) => new PanelState(shape, view, this))
  }

  /** The range, comparison and filters that are asked for; it changes only when one of them does. */
  get asked(): View {
    return this.#asked
  }

  get visitors(): number {
    return numberOf(this.totals.value?.results[0]?.metrics[0]) ?? 0
  }

  get earned(): number {
    return numberOf(this.totals.value?.results[0]?.metrics[1]) ?? 0
  }

  get testRevenue(): boolean {
    return this.totals.value?.meta.test_revenue === true
  }

  loadTotals({ quiet = false }: Quiet = {}): void {
    const body = this.#question({ metrics: [...totalMetrics] }, true)
    void this.totals.load((signal) => this.#api.query(body, signal), { quiet })
  }

  loadSeries({ quiet = false }: Quiet = {}): void {
    const body = this.#question({ metrics: [...totalMetrics], dimensions: ['time'] }, true)
    void this.series.load((signal) => this.#api.query(body, signal), { quiet })
  }

  /** Revenue that no visit is known to have earned: the same row in every panel. */
  loadLost({ quiet = false }: Quiet = {}): void {
    const body = this.#question({ metrics: [...panelMetrics], dimensions: ['visit:source'] })
    const filters = [
      ...(body.filters ?? []),
      ['is', 'visit:source', [unattributed]] satisfies View['filters'][number],
    ]
    void this.lost.load((signal) => this.#api.query({ ...body, filters }, signal), { quiet })
  }

  /** One region that is known, or none: most address databases name countries only. */
  loadPlaces(): void {
    const body = this.#question({
      metrics: ['visitors'],
      dimensions: ['visit:region'],
      pagination: { limit: 1, offset: 0 },
    })
    const filters = [...(body.filters ?? []), ['is_not', 'visit:region', ['', unattributed]] satisfies Filter]
    void this.places.load((signal) => this.#api.query({ ...body, filters }, signal), { quiet: true })
  }

  loadPanel(panel: PanelState, { quiet = false }: Quiet = {}): void {
    const body = this.#question({
      metrics: [...panelMetrics],
      dimensions: [panel.dimension],
      order_by: [['visitors', 'desc']],
      pagination: { limit: panelRows + 1, offset: 0 },
    })
    body.include = { total_rows: true }
    void panel.answer.load((signal) => this.#api.query(body, signal), { quiet })
  }

  loadPayments({ quiet = false }: Quiet = {}): void {
    void this.payments.load((signal) => this.#api.payments(this.#domain, 8, signal), { quiet })
  }

  loadLive(): void {
    void this.live.load((signal) => this.#api.live(this.#domain, signal), { quiet: true })
  }

  loadRevenue(): void {
    void this.revenue.load((signal) => this.#api.revenue(this.#domain, signal), { quiet: true })
  }

  /** Asks everything again behind what is shown. */
  refresh(): void {
    const quiet = { quiet: true }
    this.loadTotals(quiet)
    this.loadSeries(quiet)
    this.loadLost(quiet)
    for (const panel of this.panels) this.loadPanel(panel, quiet)
    this.loadPayments(quiet)
  }

  /** Ends every request, as when the page is left. */
  stop(): void {
    const all = [this.totals, this.series, this.lost, this.places, this.live, this.payments, this.revenue]
    for (const resource of [...all, ...this.panels.map(({ answer }) => answer)]) resource.cancel()
  }

  #question(
    part: Pick<QueryBody, 'metrics' | 'dimensions' | 'order_by' | 'pagination'>,
    compared = false,
  ): QueryBody {
    const { range, compare, filters } = this.#asked
    return {
      site_id: this.#domain,
      date_range: range,
      filters,
      ...part,
      ...(compared && compare !== 'none' ? { include: { comparisons: { mode: compare } } } : {}),
    }
  }
}
