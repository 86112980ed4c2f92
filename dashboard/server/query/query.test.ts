import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { type QueryBody, type QueryResult, queryResult } from '../../contract/query.ts'
import { type Browser, refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'

let dashboard: TestDashboard
let browser: Browser

/** The seconds and paths of a visit's events; a name makes one a custom event. */
type Step = [seconds: number, pathname: string, name?: string]
type Visit = {
  site?: number
  visitor: number
  start: string
  day: string
  steps: Step[]
  with?: Record<string, string>
}

function sessionId({ visitor, start }: Pick<Visit, 'visitor' | 'start'>): string {
  return String((BigInt(Date.parse(start)) << 20n) + BigInt(visitor))
}

function cell(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23)
}

function eventsOf(visit: Visit) {
  const { site = 1, visitor, start, day, steps } = visit
  let pageviews = 0
  return steps.map(([seconds, pathname, name = 'pageview'], index) => {
    if (name === 'pageview') pageviews += 1
    return {
      site_id: site,
      day,
      name,
      visitor_id: String(visitor),
      session_id: sessionId(visit),
      received_at: cell(Date.parse(start) + seconds * 1000),
      event_id: crypto.randomUUID(),
      event_no: index + 1,
      pageview_no: pageviews,
      interaction_no: index + 1,
      hostname: 'shop.example',
      pathname,
      entry_page: steps[0]?.[1] ?? '',
      ...visit.with,
    }
  })
}

const google = {
  source: 'Google',
  channel: 'Organic Search',
  country: 'DE',
  browser: 'Chrome',
  device: 'desktop',
}
// Berlin is an hour ahead of UTC, so the visit at 22:30Z is of the 23rd and 11:00 local is now.
const a = { visitor: 1, start: '2026-11-24T08:00:00Z', day: '2026-11-24' }
const b = { visitor: 2, start: '2026-11-24T08:10:00Z', day: '2026-11-24' }
const c = { visitor: 3, start: '2026-11-24T09:20:00Z', day: '2026-11-24' }
const d = { visitor: 1, start: '2026-11-23T22:30:00Z', day: '2026-11-23' }
const e = { visitor: 1, start: '2026-11-24T09:50:00Z', day: '2026-11-24' }
const visits: Visit[] = [
  {
    ...a,
    steps: [
      [0, '/'],
      [30, '/pricing'],
      [90, '/thanks'],
    ],
    with: google,
  },
  { ...b, steps: [[0, '/']], with: { ...google, country: 'US', browser: 'Firefox' } },
  {
    ...c,
    steps: [
      [0, '/pricing'],
      [10, '/pricing', 'Signup'],
    ],
    with: { ...google, source: 'Newsletter', utm_campaign: 'november' },
  },
  { ...d, steps: [[0, '/']], with: { country: 'FR', browser: 'Safari' } },
  { ...e, steps: [[0, '/thanks']], with: google },
  // The hour from two to three comes twice on the day when clocks go back.
  { visitor: 5, start: '2026-10-25T00:30:00Z', day: '2026-10-25', steps: [[0, '/']] },
  { visitor: 6, start: '2026-10-25T01:30:00Z', day: '2026-10-25', steps: [[0, '/']] },
  { site: 2, visitor: 0, start: '2026-11-23T08:00:00Z', day: '2026-11-23', steps: [[0, '/private']] },
  { site: 2, visitor: 0, start: '2026-11-23T09:00:00Z', day: '2026-11-23', steps: [[0, '/private']] },
  {
    site: 2,
    visitor: 9,
    start: '2026-11-24T08:00:00Z',
    day: '2026-11-24',
    steps: [[0, '/secret']],
    with: google,
  },
]

function payment(id: string, at: string, more: Record<string, unknown>) {
  return {
    site_id: 1,
    payment_id: id,
    provider: 'stripe',
    livemode: true,
    charged_at: cell(Date.parse(at)),
    day: '2026-11-24',
    currency: 'eur',
    confidence: 'unattributed',
    version: '1',
    ...more,
  }
}

function earnedBy(visit: Pick<Visit, 'visitor' | 'start' | 'day'>, attributes: Record<string, string>) {
  return {
    visitor_id: String(visit.visitor),
    session_id: sessionId(visit),
    visit_day: visit.day,
    confidence: 'same_visit',
    ...attributes,
  }
}

const payments = [
  payment('cs_1', '2026-11-24T08:01:00Z', { amount: '10000', ...earnedBy(a, google) }),
  payment('cs_2', '2026-11-24T09:25:00Z', {
    amount: '5000',
    ...earnedBy(c, { ...google, source: 'Newsletter', utm_campaign: 'november' }),
  }),
  payment('cs_3', '2026-11-24T07:00:00Z', {
    amount: '3000',
    currency: 'usd',
    settled_amount: '2700',
    settled_currency: 'eur',
  }),
  payment('cs_4', '2026-11-24T08:12:00Z', {
    amount: '2000',
    currency: 'usd',
    ...earnedBy(b, { ...google, country: 'US', browser: 'Firefox' }),
  }),
  payment('cs_5', '2026-11-24T08:05:00Z', { amount: '0', ...earnedBy(a, google) }),
  payment('cs_6', '2026-11-24T08:05:00Z', { amount: '99900', livemode: false, ...earnedBy(a, google) }),
  payment('cs_7', '2026-11-24T09:00:00Z', {
    amount: '500',
    currency: 'jpy',
    settled_amount: '3000',
    settled_currency: 'eur',
    ...earnedBy(d, { country: 'FR', browser: 'Safari' }),
  }),
  // An older version of a payment that is there already.
  payment('cs_2', '2026-11-24T09:25:00Z', { amount: '77700', version: '0' }),
  { ...payment('cs_8', '2026-11-24T08:05:00Z', { amount: '88800' }), site_id: 2 },
]

function taken(id: string, payment_id: string, deducted: number, more: Record<string, unknown> = {}) {
  const key = id.startsWith('re_') ? 'refund_id' : 'dispute_id'
  const row = {
    site_id: 1,
    [key]: id,
    payment_id,
    livemode: true,
    day: '2026-11-24',
    currency: 'eur',
    version: '1',
  }
  return { ...row, deducted: String(deducted), ...more }
}

const refunds = [
  taken('re_1', 'cs_1', 1000),
  taken('re_2', 'cs_3', 1000, { currency: 'usd', settled_deducted: '900', settled_currency: 'eur' }),
  taken('re_3', 'cs_4', 500, { currency: 'usd' }),
  taken('re_4', 'cs_2', 0),
  taken('re_5', 'cs_6', 99_900, { livemode: false }),
  taken('re_6', 'cs_1', 200, { day: '2026-11-02' }),
  // Of a payment that is not there, and an older version of one that is.
  taken('re_7', 'cs_gone', 50, { day: '2026-11-02' }),
  taken('re_4', 'cs_2', 4000, { version: '0' }),
]
const disputes = [taken('dp_1', 'cs_2', 5000), taken('dp_2', 'cs_7', 0)]

beforeAll(async () => {
  dashboard = await startTestDashboard()
  browser = await dashboard.owner()
  for (const domain of ['shop.example', 'other.example']) {
    const body = { domain, timezone: 'Europe/Berlin', currency: 'eur' }
    expect((await browser.send('POST', '/api/sites', body)).status).toBe(200)
  }
  const { writer } = dashboard.database
  // Each step of the visits goes in alone, so that a visit lies in several parts.
  for (const step of [0, 1, 2]) {
    const values = visits.flatMap((visit) => eventsOf(visit).slice(step, step + 1))
    await writer.insert({ table: 'events', values, format: 'JSONEachRow' })
  }
  await writer.insert({ table: 'payments', values: payments, format: 'JSONEachRow' })
  await writer.insert({ table: 'refunds', values: refunds, format: 'JSONEachRow' })
  await writer.insert({ table: 'disputes', values: disputes, format: 'JSONEachRow' })
})
afterAll(() => dashboard.close())

async function ask(body: Partial<QueryBody>): Promise<QueryResult> {
  const whole = { site_id: 'shop.example', metrics: ['visits'], date_range: 'day', ...body }
  const reply = await browser.send('POST', '/api/v2/query', whole)
  expect(reply.text, reply.text).not.toContain('"error"')
  return queryResult.parse(reply.body)
}

/** Rows as short lists: dimensions, then metrics, money as its amount and `+amount currency` of others. */
function rowsOf(result: QueryResult): unknown[][] {
  return result.results.map((row) => [...row.dimensions, ...row.metrics.map(short)])
}

function short(value: QueryResult['results'][number]['metrics'][number]) {
  if (value === null || typeof value === 'number') return value
  const others = (value.others ?? []).map(({ amount, currency }) => `+${amount} ${currency}`)
  return others.length === 0 ? value.amount : [value.amount, ...others].join(' ')
}

describe('numbers without dimensions', () => {
  test('a day, every metric', async () => {
    const result = await ask({
      metrics: [
        'visitors',
        'visits',
        'pageviews',
        'events',
        'views_per_visit',
        'bounce_rate',
        'visit_duration',
        'orders',
        'payment_conversion_rate',
      ],
    })
    expect(rowsOf(result)).toEqual([[3, 4, 6, 7, 1.5, 50, 25, 5, 100]])
    expect(result.query.date_range).toEqual(['2026-11-24T00:00:00+01:00', '2026-11-24T23:59:59+01:00'])
  })

  test('money in the site’s currency, others beside it', async () => {
    const result = await ask({ metrics: ['revenue', 'average_order_value', 'revenue_per_visitor'] })
    expect(result.results[0]?.metrics).toEqual([
      { amount: 20_700, currency: 'eur', value: 207, others: [{ amount: 2000, currency: 'usd', value: 20 }] },
      { amount: 5175, currency: 'eur', value: 51.75, others: [{ amount: 2000, currency: 'usd', value: 20 }] },
      { amount: 6900, currency: 'eur', value: 69, others: [{ amount: 667, currency: 'usd', value: 6.67 }] },
    ])
    expect(result.meta.test_revenue).toBeUndefined()
  })

  test('what is left after refunds and lost disputes, each on its own day', async () => {
    const metrics = ['revenue', 'refunds', 'net_revenue'] satisfies QueryBody['metrics']
    expect(rowsOf(await ask({ metrics }))).toEqual([['20700 +2000 usd', '1900 +500 usd', '13800 +1500 usd']])
    expect(
      rowsOf(await ask({ metrics, dimensions: ['visit:source'], order_by: [['refunds', 'desc']] })),
    ).toEqual([
      ['Google', '10000 +2000 usd', '1000 +500 usd', '9000 +1500 usd'],
      ['(unattributed)', 2700, 900, 1800],
      ['', 3000, 0, 3000],
      ['Newsletter', 5000, 0, 0],
    ])
    expect(
      rowsOf(await ask({ metrics, dimensions: ['event:page'], date_range: ['2026-11-02', '2026-11-02'] })),
    ).toEqual([
      ['(unattributed)', 0, 50, -50],
      ['/', 0, 200, -200],
      ['/pricing', 0, 200, -200],
    ])
  })

  test('visits of nobody: they count, but as no visitors', async () => {
    const body = { site_id: 'other.example', date_range: 'yesterday' } satisfies Partial<QueryBody>
    const metrics = ['visitors', 'visits', 'revenue_per_visitor'] satisfies QueryBody['metrics']
    expect(rowsOf(await ask({ ...body, metrics }))).toEqual([[0, 2, null]])
    expect(rowsOf(await ask({ ...body, metrics, dimensions: ['event:page'] }))).toEqual([
      ['/private', 0, 2, null],
    ])
  })

  test('nothing at all', async () => {
    const metrics = ['visitors', 'bounce_rate', 'revenue', 'average_order_value', 'orders'] as const
    const result = await ask({ metrics: [...metrics], date_range: ['2020-01-01', '2020-01-31'] })
    expect(rowsOf(result)).toEqual([[0, null, 0, null, 0]])
  })

  test.each<[QueryBody['date_range'], number, string, string]>([
    ['day', 4, '2026-11-24', '2026-11-24'],
    ['yesterday', 1, '2026-11-23', '2026-11-23'],
    ['7d', 5, '2026-11-18', '2026-11-24'],
    ['28d', 5, '2026-10-28', '2026-11-24'],
    ['30d', 5, '2026-10-26', '2026-11-24'],
    ['91d', 7, '2026-08-26', '2026-11-24'],
    ['month', 5, '2026-11-01', '2026-11-24'],
    ['last_month', 2, '2026-10-01', '2026-10-31'],
    ['6mo', 7, '2026-06-01', '2026-11-24'],
    ['12mo', 7, '2025-12-01', '2026-11-24'],
    ['year', 7, '2026-01-01', '2026-11-24'],
    ['all', 7, '2026-10-25', '2026-11-24'],
    [['2026-11-23', '2026-11-23'], 1, '2026-11-23', '2026-11-23'],
  ])('the range %j', async (date_range, count, from, to) => {
    const result = await ask({ date_range })
    expect(rowsOf(result)).toEqual([[count]])
    expect(result.query.date_range.map((text) => text.slice(0, 10))).toEqual([from, to])
  })

  test('a visitor who comes on two days counts on each', async () => {
    expect(rowsOf(await ask({ metrics: ['visitors'], date_range: '7d' }))).toEqual([[4]])
  })

  test('another site’s rows are its own', async () => {
    const body = { site_id: 'other.example', metrics: ['visits', 'revenue'] } satisfies Partial<QueryBody>
    expect(rowsOf(await ask(body))).toEqual([[1, 88_800]])
  })
})

describe('by a dimension', () => {
  const metrics = ['visitors', 'revenue', 'orders'] satisfies QueryBody['metrics']

  test('source: the rows add up to the total, what no visit earned included', async () => {
    const result = await ask({ metrics, dimensions: ['visit:source'], include: { total_rows: true } })
    expect(rowsOf(result)).toEqual([
      ['Google', 2, '10000 +2000 usd', 2],
      ['Newsletter', 1, 5000, 1],
      ['', 0, 3000, 1],
      ['(unattributed)', 0, 2700, 1],
    ])
    expect(result.meta.total_rows).toBe(4)
  })

  test.each<[NonNullable<QueryBody['dimensions']>[number], unknown[][]]>([
    [
      'visit:country',
      [
        ['DE', 2, 15_000, 2],
        ['US', 1, '0 +2000 usd', 1],
        ['(unattributed)', 0, 2700, 1],
        ['FR', 0, 3000, 1],
      ],
    ],
    [
      'visit:browser',
      [
        ['Chrome', 2, 15_000, 2],
        ['Firefox', 1, '0 +2000 usd', 1],
        ['(unattributed)', 0, 2700, 1],
        ['Safari', 0, 3000, 1],
      ],
    ],
    [
      'visit:utm_campaign',
      [
        ['', 2, '13000 +2000 usd', 3],
        ['november', 1, 5000, 1],
        ['(unattributed)', 0, 2700, 1],
      ],
    ],
    [
      'visit:exit_page',
      [
        ['/', 1, '3000 +2000 usd', 2],
        ['/pricing', 1, 5000, 1],
        ['/thanks', 1, 10_000, 1],
        ['(unattributed)', 0, 2700, 1],
      ],
    ],
    [
      'event:page',
      [
        ['/', 2, '13000 +2000 usd', 3],
        ['/pricing', 2, 15_000, 2],
        ['/thanks', 1, 0, 0],
        ['(unattributed)', 0, 2700, 1],
      ],
    ],
    [
      'event:name',
      [
        ['pageview', 3, '18000 +2000 usd', 4],
        ['Signup', 1, 5000, 1],
        ['(unattributed)', 0, 2700, 1],
      ],
    ],
    [
      'event:hostname',
      [
        ['shop.example', 3, '18000 +2000 usd', 4],
        ['(unattributed)', 0, 2700, 1],
      ],
    ],
  ])('%s', async (dimension, rows) => {
    expect(rowsOf(await ask({ metrics, dimensions: [dimension] }))).toEqual(rows)
  })

  test('every other dimension of a visit is answered', async () => {
    for (const name of [
      'entry_page',
      'channel',
      'referrer',
      'utm_source',
      'utm_medium',
      'utm_content',
      'utm_term',
    ] as const)
      expect((await ask({ metrics, dimensions: [`visit:${name}`] })).results.length).toBeGreaterThan(0)
    for (const name of ['region', 'city', 'browser_version', 'os', 'os_version', 'device'] as const)
      expect((await ask({ metrics, dimensions: [`visit:${name}`] })).results.length).toBeGreaterThan(0)
  })

  test('pages with what their visits were as a whole, and a note that revenue overlaps', async () => {
    const result = await ask({
      metrics: [
        'visits',
        'pageviews',
        'events',
        'bounce_rate',
        'visit_duration',
        'views_per_visit',
        'revenue',
      ],
      dimensions: ['event:page'],
      order_by: [['event:page', 'asc']],
    })
    expect(rowsOf(result)).toEqual([
      ['(unattributed)', 0, 0, 0, null, null, null, 2700],
      ['/', 2, 2, 2, 50, 45, 2, '13000 +2000 usd'],
      ['/pricing', 2, 2, 3, 0, 50, 2, 15_000],
      ['/thanks', 2, 2, 2, 50, 45, 2, 0],
    ])
    expect(result.meta.notes?.[0]).toContain('overlap')
  })

  test('several dimensions, an order by money, and pages of the answer', async () => {
    const body = {
      metrics: ['revenue', 'visitors'],
      dimensions: ['visit:source', 'visit:country'],
      order_by: [['revenue', 'asc']],
      include: { total_rows: true },
    } satisfies Partial<QueryBody>
    const all = rowsOf(await ask(body))
    expect(all).toEqual([
      ['Google', 'US', '0 +2000 usd', 1],
      ['(unattributed)', '(unattributed)', 2700, 0],
      ['', 'FR', 3000, 0],
      ['Newsletter', 'DE', 5000, 1],
      ['Google', 'DE', 10_000, 1],
    ])
    const pages = await Promise.all(
      [0, 2, 4].map((offset) => ask({ ...body, pagination: { limit: 2, offset } })),
    )
    expect(pages.flatMap(rowsOf)).toEqual(all)
    expect(pages.map((page) => page.meta.total_rows)).toEqual([5, 5, 5])
  })
})

describe('filters', () => {
  const metrics = ['visits', 'revenue', 'orders'] satisfies QueryBody['metrics']

  test.each<[NonNullable<QueryBody['filters']>, unknown[]]>([
    [[['is', 'visit:source', ['Google']]], [3, '10000 +2000 usd', 2]],
    [[['is', 'visit:source', ['Google', 'Newsletter']]], [4, '15000 +2000 usd', 3]],
    [[['is_not', 'visit:source', ['Google']]], [1, 10_700, 3]],
    [[['is', 'visit:source', ['(unattributed)']]], [0, 2700, 1]],
    [[['contains', 'visit:source', ['oog', 'etter']]], [4, '15000 +2000 usd', 3]],
    [[['contains_not', 'visit:source', ['oog']]], [1, 10_700, 3]],
    [
      [
        ['is', 'visit:source', ['Google']],
        ['is', 'visit:country', ['US']],
      ],
      [1, '0 +2000 usd', 1],
    ],
    [[['is', 'visit:exit_page', ['/thanks']]], [2, 10_000, 1]],
    [[['is', 'event:page', ['/pricing']]], [2, 15_000, 2]],
    [[['contains', 'event:page', ['pric', 'nothing']]], [2, 15_000, 2]],
    [[['is', 'event:name', ['Signup']]], [1, 5000, 1]],
    [
      [
        ['is', 'event:page', ['/']],
        ['is', 'visit:country', ['US']],
      ],
      [1, '0 +2000 usd', 1],
    ],
    [
      [
        ['is', 'event:page', ['/thanks']],
        ['is', 'visit:exit_page', ['/thanks']],
      ],
      [2, 0, 0],
    ],
    [[['is', 'visit:source', ['nobody']]], [0, 0, 0]],
  ])('%j', async (filters, row) => {
    expect(rowsOf(await ask({ metrics, filters }))).toEqual([row])
  })

  test('by a dimension under a filter on pages', async () => {
    const result = await ask({
      metrics: ['visitors', 'pageviews', 'bounce_rate', 'revenue'],
      dimensions: ['visit:source'],
      filters: [['is', 'event:page', ['/pricing']]],
    })
    expect(rowsOf(result)).toEqual([
      ['Google', 1, 1, 0, 10_000],
      ['Newsletter', 1, 1, 0, 5000],
    ])
  })
})

describe('time', () => {
  test('a day has its hours in the site’s zone, the empty ones too, and names the one that goes on', async () => {
    const result = await ask({
      metrics: ['visits', 'revenue'],
      dimensions: ['time'],
      include: { time_labels: true },
    })
    expect(result.results).toHaveLength(24)
    expect(rowsOf(result).filter(([, count, money]) => count !== 0 || money !== 0)).toEqual([
      ['2026-11-24 08:00:00', 0, 2700],
      ['2026-11-24 09:00:00', 2, '10000 +2000 usd'],
      ['2026-11-24 10:00:00', 2, 8000],
    ])
    expect(result.meta.unfinished).toBe('2026-11-24 11:00:00')
    expect(result.meta.time_labels?.at(-1)).toBe('2026-11-24 23:00:00')
  })

  test('the day that has an hour twice has 25, and the one that lacks one has 23', async () => {
    const long = await ask({ date_range: ['2026-10-25', '2026-10-25'], dimensions: ['time:hour'] })
    expect(long.results).toHaveLength(25)
    expect(rowsOf(long).filter(([, count]) => count !== 0)).toEqual([
      ['2026-10-25 02:00:00', 1],
      ['2026-10-25 02:00:00+01:00', 1],
    ])
    const short = await ask({ date_range: ['2026-03-29', '2026-03-29'], dimensions: ['time'] })
    expect(short.results.map((row) => row.dimensions[0]?.slice(11, 13))).toEqual(
      Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).filter((hour) => hour !== '02'),
    )
  })

  test('days, weeks from Monday, and months', async () => {
    const days = await ask({ date_range: '7d', dimensions: ['time'] })
    expect(rowsOf(days).slice(-3)).toEqual([
      ['2026-11-22', 0],
      ['2026-11-23', 1],
      ['2026-11-24', 4],
    ])
    expect(days.results).toHaveLength(7)
    expect(days.meta.unfinished).toBe('2026-11-24')
    const weeks = await ask({ date_range: ['2026-10-19', '2026-11-24'], dimensions: ['time:week'] })
    expect(rowsOf(weeks)).toEqual([
      ['2026-10-19', 2],
      ['2026-10-26', 0],
      ['2026-11-02', 0],
      ['2026-11-09', 0],
      ['2026-11-16', 0],
      ['2026-11-23', 5],
    ])
    const months = await ask({ date_range: '6mo', dimensions: ['time'] })
    expect(rowsOf(months).slice(-2)).toEqual([
      ['2026-10-01', 2],
      ['2026-11-01', 5],
    ])
    expect(months.results).toHaveLength(6)
  })

  test('a series under a filter on pages, and one ordered by its numbers', async () => {
    const filtered = await ask({
      date_range: '7d',
      dimensions: ['time:day'],
      filters: [['is', 'event:page', ['/']]],
      metrics: ['visits', 'revenue'],
    })
    expect(rowsOf(filtered).slice(-2)).toEqual([
      ['2026-11-23', 1, 0],
      ['2026-11-24', 2, '13000 +2000 usd'],
    ])
    const ordered = await ask({
      date_range: '7d',
      dimensions: ['time:day'],
      order_by: [['visits', 'desc']],
      pagination: { limit: 2, offset: 0 },
    })
    expect(rowsOf(ordered)).toEqual([
      ['2026-11-24', 4],
      ['2026-11-23', 1],
    ])
  })

  test('time beside another dimension has the rows that exist', async () => {
    const result = await ask({ dimensions: ['time:hour', 'visit:country'], metrics: ['visits'] })
    expect(rowsOf(result)).toEqual([
      ['2026-11-24 09:00:00', 'DE', 1],
      ['2026-11-24 09:00:00', 'US', 1],
      ['2026-11-24 10:00:00', 'DE', 2],
    ])
  })
})

describe('comparisons', () => {
  const include = { comparisons: { mode: 'previous_period' } } as const

  test('the day before, in percent, and rates in points', async () => {
    const metrics = ['visits', 'bounce_rate', 'revenue', 'visitors'] satisfies QueryBody['metrics']
    const [row] = (await ask({ metrics, include })).results
    expect(row?.comparison?.metrics.map(short)).toEqual([1, 100, 0, 1])
    expect(row?.comparison?.change).toEqual([300, -50, null, 200])
  })

  test('by source, each row against itself', async () => {
    const result = await ask({ metrics: ['visits'], dimensions: ['visit:source'], include })
    const changes = result.results.map((row) => [
      row.dimensions[0],
      row.comparison?.metrics[0],
      row.comparison?.change[0],
    ])
    expect(changes).toEqual([
      ['Google', 0, null],
      ['Newsletter', 0, null],
    ])
    const back = await ask({
      metrics: ['visits'],
      dimensions: ['visit:source'],
      date_range: 'yesterday',
      include,
    })
    expect(
      back.results.map((row) => [row.dimensions[0], row.metrics[0], row.comparison?.metrics[0]]),
    ).toEqual([['', 1, 0]])
  })

  test('a series against the one before, interval by interval, and a year earlier', async () => {
    const days = await ask({ date_range: ['2026-11-23', '2026-11-24'], dimensions: ['time:day'], include })
    expect(days.results.map((row) => [row.dimensions[0], row.comparison?.dimensions[0]])).toEqual([
      ['2026-11-23', '2026-11-21'],
      ['2026-11-24', '2026-11-22'],
    ])
    const yearly = { comparisons: { mode: 'year_over_year' } } as const
    const leap = await ask({
      date_range: ['2024-02-29', '2024-02-29'],
      dimensions: ['time:day'],
      include: yearly,
    })
    expect(leap.results[0]?.comparison?.dimensions).toEqual(['2023-02-28'])
  })
})

describe('test mode', () => {
  test('with a test key the payments of test mode are shown, and said to be', async () => {
    await dashboard.database.writer.insert({
      table: 'revenue_connections',
      format: 'JSONEachRow',
      values: [{ site_id: 2, provider: 'stripe', method: 'payment_links', livemode: false, version: '1' }],
    })
    dashboard.clock.ms += 2_000
    const result = await ask({ site_id: 'other.example', metrics: ['revenue'] })
    expect(rowsOf(result)).toEqual([[0]])
    expect(result.meta.test_revenue).toBe(true)
  })
})

describe('questions that do not fit', () => {
  test.each<[string, Record<string, unknown>, number, string]>([
    ['an unknown site', { site_id: 'nowhere.example' }, 404, ''],
    ['no metric', { metrics: [] }, 400, 'metrics'],
    ['an unknown metric', { metrics: ['secrets'] }, 400, 'metrics.0'],
    ['an unknown dimension', { dimensions: ['visit:password'] }, 400, 'dimensions.0'],
    ['a dimension twice', { dimensions: ['visit:source', 'visit:source'] }, 400, 'dimensions'],
    ['time twice', { dimensions: ['time:day', 'time:month'] }, 400, 'dimensions'],
    ['an order by what was not asked', { order_by: [['revenue', 'asc']] }, 400, 'order_by.0'],
    ['a range backwards', { date_range: ['2026-11-24', '2026-11-23'] }, 400, 'date_range'],
    ['a range of centuries', { date_range: ['1900-01-01', '2026-11-23'] }, 400, 'date_range'],
    [
      'hours of years',
      { date_range: ['2020-01-01', '2026-01-01'], dimensions: ['time:hour'] },
      400,
      'dimensions',
    ],
    ['a day that is none', { date_range: ['2026-02-30', '2026-03-01'] }, 400, 'date_range'],
    ['too many rows', { pagination: { limit: 100_000 } }, 400, 'pagination.limit'],
  ])('%s', async (_, more, status, field) => {
    const body = { site_id: 'shop.example', metrics: ['visits'], date_range: 'day', ...more }
    const reply = await browser.send('POST', '/api/v2/query', body)
    expect(reply.status).toBe(status)
    if (field !== '') expect(Object.keys(refusalOf(reply).fields)[0]).toMatch(new RegExp(`^${field}`))
  })

  const hostile = [
    "' OR 1=1 --",
    "'; DROP TABLE events; --",
    '\\',
    "\\' OR \\'\\'=\\'",
    '{site_id:UInt32}',
    "'] ) OR has(['",
    "file('/etc/passwd')",
    "url('http://127.0.0.1:1/')",
    'a\0b',
    '\u202e\n\t"`',
    '%_',
  ]

  test.each(hostile)('%j as a value finds nothing and does nothing', async (text) => {
    for (const dimension of ['visit:source', 'event:page', 'visit:exit_page'] as const)
      for (const operator of ['is', 'contains'] as const) {
        const result = await ask({
          filters: [[operator, dimension, [text, text]]],
          metrics: ['visits', 'revenue'],
        })
        expect(rowsOf(result)).toEqual([[0, 0]])
      }
    expect(rowsOf(await ask({ metrics: ['visits'] }))).toEqual([[4]])
  })

  test.each(hostile)('%j in place of any name is refused', async (text) => {
    const good = { site_id: 'shop.example', metrics: ['visits'], date_range: 'day' }
    const bodies = [
      { ...good, site_id: text },
      { ...good, metrics: [text] },
      { ...good, dimensions: [text] },
      { ...good, date_range: text },
      { ...good, date_range: [text, text] },
      { ...good, filters: [[text, 'visit:source', ['a']]] },
      { ...good, filters: [['is', text, ['a']]] },
      { ...good, order_by: [[text, 'asc']] },
      { ...good, order_by: [['visits', text]] },
      { ...good, pagination: { limit: text } },
      { ...good, include: { comparisons: { mode: text } } },
    ]
    for (const body of bodies)
      expect([400, 404]).toContain((await browser.send('POST', '/api/v2/query', body)).status)
  })

  test('a value in rows is answered as it was stored', async () => {
    const value: z.infer<typeof queryResult>['results'] = (
      await ask({ dimensions: ['event:page'], site_id: 'other.example' })
    ).results
    expect(value.map((row) => row.dimensions)).toEqual([['/secret']])
  })
})
