import uPlot from 'uplot'
import type { ChartSeries } from '../../view/chart-series.ts'

/** The colours of the chart, as the canvas needs them: resolved, not named. */
export type ChartColors = Record<'visitors' | 'revenue' | 'line' | 'faint' | 'surface', string>

/** `wide` leaves room for the axis of money. */
export type ChartFrame = { width: number; height: number; wide: boolean; colors: ChartColors }

/** The font of the axes. */
export const chartFont = '11px "Inter Variable", system-ui, sans-serif'

/**
 * The chart in uPlot's words. Positions are indices, not moments: the intervals of a day with 23 or 25 hours stand as
 * evenly as any, and the labels are the site's.
 */
export function chartOptions(
  series: ChartSeries,
  frame: ChartFrame,
  onpoint: (at: number | null) => void,
): uPlot.Options {
  const { colors, width, height, wide } = frame
  return {
    width,
    height,
    padding: [10, wide && hasMoney(series) ? 0 : 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2, stroke: colors.surface, fill: colors.visitors, show: pointOf },
    },
    hooks: { setCursor: [(plot) => onpoint(plot.cursor.idx ?? null)] },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, series.line.length - 0.5)] },
      people: { range: (_plot, _min, max) => [0, niceTop(max)] },
      // Bars keep to the lower part, so that they stand behind the line and not across it.
      money: { range: (_plot, _min, max) => [0, niceTop(max * 1.5)] },
    },
    axes: axesOf(series, frame),
    series: seriesOf(colors, series.line.length <= 45),
  }
}

/** The columns in the order of `chartOptions`: positions, bars, before, line, and the line's unfinished end. */
export function chartColumns(series: ChartSeries): uPlot.AlignedData {
  const { line, unfinished } = series
  const none = line.map(() => null)
  return [
    line.map((_value, at) => at),
    series.bars ?? none,
    series.before ?? none,
    unfinished === null ? line : line.map((value, at) => (at < unfinished ? value : null)),
    unfinished === null
      ? none
      : line.map((value, at) => (at === unfinished || at === unfinished - 1 ? value : null)),
  ]
}

function seriesOf(colors: ChartColors, roomy: boolean): uPlot.Series[] {
  const bars = uPlot.paths.bars?.({ size: [roomy ? 0.42 : 0.6, 18], radius: 0.22 })
  const soft = (color: string, alpha: number) => `color-mix(in srgb, ${color} ${alpha * 100}%, transparent)`
  return [
    {},
    {
      scale: 'money',
      ...(bars === undefined ? {} : { paths: bars }),
      width: 0,
      fill: soft(colors.revenue, 0.3),
      points: { show: false },
    },
    {
      scale: 'people',
      stroke: soft(colors.visitors, 0.55),
      width: 1.4,
      dash: [3, 4],
      points: { show: false },
    },
    {
      scale: 'people',
      stroke: colors.visitors,
      width: 2,
      fill: soft(colors.visitors, 0.07),
      points: { show: false },
    },
    {
      scale: 'people',
      stroke: colors.visitors,
      width: 2,
      dash: [5, 5],
      fill: soft(colors.visitors, 0.04),
      points: { show: false },
    },
  ]
}

function axesOf(series: ChartSeries, { colors, width, wide }: ChartFrame): uPlot.Axis[] {
  const look = { stroke: colors.faint, font: chartFont, ticks: { show: false } }
  const grid = { stroke: colors.line, width: 1 }
  const count = series.line.length
  const room = series.interval === 'hour' ? 58 : 96
  const step = Math.max(1, Math.ceil(count / Math.max(2, Math.floor((width - 60) / room))))
  return [
    {
      ...look,
      size: 26,
      grid: { show: false },
      splits: () => Array.from({ length: Math.ceil(count / step) }, (_value, at) => at * step),
      values: (_plot, splits) => splits.map((at) => series.axis[at] ?? ''),
    },
    {
      ...look,
      scale: 'people',
      ...(series.wholeLine ? { incrs: wholeSteps } : {}),
      size: 46,
      grid,
      space: 40,
      values: (_plot, splits) => splits.map(series.formatLine),
    },
    {
      ...look,
      scale: 'money',
      side: 1,
      size: 52,
      show: wide && hasMoney(series),
      grid: { show: false },
      space: 40,
      values: (_plot, splits) => splits.map(series.formatBars),
    },
  ]
}

// 1, 2, 5, 10, 20, ... up to five thousand million.
const wholeSteps = Array.from({ length: 10 }, (_value, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat()

/** Whether there is money to draw: a scale of nothing would only puzzle. */
function hasMoney({ bars }: ChartSeries): boolean {
  return bars?.some((value) => value !== null && value > 0) ?? false
}

// Only the line's two series carry a point: bars and the earlier period would put a second one beside it.
function pointOf(plot: uPlot, at: number): HTMLElement {
  const point = document.createElement('div')
  if (at < 3) point.hidden = true
  point.style.background = String(plot.cursor.points?.fill ?? '')
  return point
}

/** The end of a scale: the next of 1, 2, 2.5, 5 or 10 times a power of ten, in steps that leave a little air. */
function niceTop(max: number): number {
  if (!(max > 0)) return 1
  const unit = 10 ** Math.floor(Math.log10(max))
  const step = [0.2, 0.25, 0.5, 1].find((size) => max / (size * unit) <= 5) ?? 2
  return Math.ceil((max * 1.02) / (step * unit)) * step * unit
}
