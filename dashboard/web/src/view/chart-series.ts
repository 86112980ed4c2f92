import type { QueryResult } from '../../../contract/query.ts'
import { formatAxisTime, formatTime, type Interval, intervalOf } from '../format/format-date.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatAxisMoney } from '../format/format-money.ts'
import { formatAxisCount } from '../format/format-number.ts'
import { formatMetric, metricShapes, moneyOf, numberOf } from './metric-shape.ts'
import type { BarMetric, LineMetric } from './view-state.ts'

/** One line of the tooltip. */
export type ChartReading = { name: string; text: string; before: string | null; tone: 'people' | 'money' }

/** What the chart draws, one entry per interval. */
export type ChartSeries = {
  interval: Interval
  axis: string[]
  titles: string[]
  titlesBefore: (string | null)[]
  line: (number | null)[]
  before: (number | null)[] | null
  bars: (number | null)[] | null
  readings: ChartReading[][]
  /** The index of the interval that is not over; null when all are. */
  unfinished: number | null
  /** The line counts things, so its axis has no halves. */
  wholeLine: boolean
  formatLine: (value: number) => string
  formatBars: (value: number) => string
}

/** Reads a series over time for a line metric and, when wanted, a money metric as bars. */
export function chartSeries(result: QueryResult, line: LineMetric, bars: BarMetric | 'none'): ChartSeries {
  const { results, meta, query } = result
  const labels = results.map(({ dimensions }) => dimensions[0] ?? '')
  const interval = intervalOf(labels)
  const lineAt = query.metrics.indexOf(line)
  const barsAt = bars === 'none' ? -1 : query.metrics.indexOf(bars)
  // A period before the first visit is no comparison: a line along the ground would say that nobody came.
  const compared = results.some(({ comparison }) => comparison?.metrics.some((value) => numberOf(value)))
  const unfinished = meta.unfinished === undefined ? -1 : labels.indexOf(meta.unfinished)
  const isAhead = (at: number) => unfinished !== -1 && at > unfinished
  const currency = results.map(({ metrics }) => moneyOf(metrics[barsAt])?.currency).find(Boolean) ?? 'usd'
  return {
    interval,
    axis: labels.map((label) => formatAxisTime(label, interval)),
    titles: labels.map((label) => formatTime(label, interval)),
    titlesBefore: results.map(({ comparison }) => {
      const label = compared ? comparison?.dimensions[0] : undefined
      return label === undefined ? null : formatTime(label, interval)
    }),
    // What is still to come today is not zero, it is nothing.
    line: results.map(({ metrics }, at) => (isAhead(at) ? null : numberOf(metrics[lineAt]))),
    before: compared ? results.map(({ comparison }) => numberOf(comparison?.metrics[lineAt])) : null,
    bars: barsAt === -1 ? null : results.map(({ metrics }) => numberOf(metrics[barsAt])),
    readings: results.map((row, at) => {
      const { comparison, ...alone } = row
      const seen = compared && comparison !== undefined ? { ...alone, comparison } : alone
      const shown = isAhead(at) ? { ...seen, metrics: [] } : seen
      return [reading(line, shown, lineAt), ...(bars === 'none' ? [] : [reading(bars, shown, barsAt)])]
    }),
    unfinished: unfinished === -1 ? null : unfinished,
    wholeLine: metricShapes[line].kind === 'count',
    formatLine: axisFormat(line),
    formatBars: (value) => formatAxisMoney({ value, currency }),
  }
}

function reading(
  metric: LineMetric | BarMetric,
  row: QueryResult['results'][number],
  at: number,
): ChartReading {
  const { name, kind } = metricShapes[metric]
  return {
    name,
    text: formatMetric(metric, row.metrics[at], 'full'),
    before: row.comparison === undefined ? null : formatMetric(metric, row.comparison.metrics[at], 'full'),
    tone: kind === 'money' ? 'money' : 'people',
  }
}

function axisFormat(metric: LineMetric): (value: number) => string {
  const { kind } = metricShapes[metric]
  if (kind === 'percent') return (value) => `${formatAxisCount(value)}%`
  if (kind === 'seconds') return formatDuration
  return formatAxisCount
}
