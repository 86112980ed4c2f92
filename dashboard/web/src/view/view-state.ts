import { type DateRange, type Dimension, dateRange, type Filter, filter } from '../../../contract/query.ts'
import { panels } from './panels.ts'

/** What the chart can draw as a line, and as bars on the scale of money. */
export const lineMetrics = [
  'visitors',
  'orders',
  'payment_conversion_rate',
  'bounce_rate',
  'visit_duration',
] as const
export const barMetrics = ['revenue', 'revenue_per_visitor'] as const
export type LineMetric = (typeof lineMetrics)[number]
export type BarMetric = (typeof barMetrics)[number]

export const comparisons = ['previous_period', 'year_over_year', 'none'] as const
export type Comparison = (typeof comparisons)[number]

/** All that an overview's address says. Whatever is not said, or not understood, is the default. */
export type View = {
  range: DateRange
  compare: Comparison
  filters: Filter[]
  line: LineMetric
  bars: BarMetric | 'none'
  /** The dimension shown by each panel, by the panel's key, where it is not its first. */
  tabs: Record<string, Dimension>
  /** The dimension whose full list is open. */
  details: Dimension | null
}

export const defaultView: View = {
  range: '30d',
  compare: 'previous_period',
  filters: [],
  line: 'visitors',
  bars: 'revenue',
  tabs: {},
  details: null,
}

/** Reads the search part of an address, such as `?range=7d&f=is,visit:source,Newsletter`. It never fails. */
export function readView(search: string): View {
  const given = new URLSearchParams(search)
  return {
    range: readRange(given.get('range')),
    compare: pick(comparisons, given.get('compare')) ?? defaultView.compare,
    filters: given.getAll('f').flatMap(readFilter).slice(0, 20),
    line: pick(lineMetrics, given.get('line')) ?? defaultView.line,
    bars: pick([...barMetrics, 'none'] as const, given.get('bars')) ?? defaultView.bars,
    tabs: readTabs(given),
    details: knownDimension(given.get('all')),
  }
}

/** The search part of a view's address, '' for the default view. It reads back as the same view. */
export function writeView(view: View): string {
  const parts: [string, string][] = []
  const range = typeof view.range === 'string' ? view.range : view.range.join(',')
  if (range !== defaultView.range) parts.push(['range', range])
  if (view.compare !== defaultView.compare) parts.push(['compare', view.compare])
  for (const [operator, dimension, values] of view.filters) {
    parts.push(['f', [operator, dimension, ...values.map(escapeComma)].join(',')])
  }
  if (view.line !== defaultView.line) parts.push(['line', view.line])
  if (view.bars !== defaultView.bars) parts.push(['bars', view.bars])
  for (const { key, tabs } of panels) {
    const shown = view.tabs[key]
    if (shown !== undefined && shown !== tabs[0]?.dimension) parts.push([key, shown])
  }
  if (view.details !== null) parts.push(['all', view.details])
  return parts.length === 0 ? '' : `?${parts.map(([name, value]) => `${name}=${encode(value)}`).join('&')}`
}

/**
 * The filters after a click on a row: the value becomes the dimension's only one, or the filter goes when it was that
 * already.
 */
export function toggleFilter(filters: readonly Filter[], dimension: Filter[1], value: string): Filter[] {
  const others = filters.filter(([operator, name]) => operator !== 'is' || name !== dimension)
  return isFiltered(filters, dimension, value) ? others : [...others, ['is', dimension, [value]]]
}

/** Whether the filters are narrowed to exactly this value of the dimension. */
export function isFiltered(filters: readonly Filter[], dimension: string, value: string): boolean {
  return filters.some(
    ([operator, name, values]) =>
      operator === 'is' && name === dimension && values.length === 1 && values[0] === value,
  )
}

function readRange(text: string | null): DateRange {
  if (text === null) return defaultView.range
  const parsed = dateRange.safeParse(text.includes(',') ? text.split(',') : text)
  if (!parsed.success) return defaultView.range
  const range = parsed.data
  return typeof range !== 'string' && range[0] > range[1] ? [range[1], range[0]] : range
}

function readFilter(text: string): Filter[] {
  const [operator, dimension, ...values] = splitAtCommas(text)
  const parsed = filter.safeParse([operator, dimension, values])
  return parsed.success ? [parsed.data] : []
}

function readTabs(given: URLSearchParams): Record<string, Dimension> {
  return Object.fromEntries(
    panels.flatMap(({ key, tabs }) => {
      const wanted = tabs.slice(1).find(({ dimension }) => dimension === given.get(key))
      return wanted === undefined ? [] : [[key, wanted.dimension]]
    }),
  )
}

function knownDimension(text: string | null): Dimension | null {
  return panels.flatMap(({ tabs }) => tabs).find(({ dimension }) => dimension === text)?.dimension ?? null
}

function pick<const T extends string>(known: readonly T[], text: string | null): T | undefined {
  return known.find((name) => name === text)
}

function escapeComma(value: string): string {
  return value.replace(/[\\,]/g, '\\$&')
}

function splitAtCommas(text: string): string[] {
  // Runs of plain characters and escaped ones; what is left between them are the commas.
  return (text.match(/(?:[^\\,]|\\.?)+|,/gsu) ?? [])
    .reduce(
      ([first = '', ...rest]: string[], part) =>
        part === ',' ? ['', first, ...rest] : [first + part.replace(/\\(.?)/gsu, '$1'), ...rest],
      [''],
    )
    .reverse()
}

// Commas, colons and slashes are harmless in a query, and an address that people share should be readable.
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(/%(2C|3A|2F)/g, decodeURIComponent)
}
