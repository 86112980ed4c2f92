/** The columns of sources that a measure is made of. */
export const sourceColumns = {
  visitors: ['visitor_count'],
  visits: ['visit_count'],
  pageviews: ['pageview_count'],
  events: ['event_count'],
  visit_pageviews: ['visit_pageview_count'],
  bounces: ['bounce_count'],
  milliseconds: ['duration'],
  orders: ['order_count'],
  paying_visits: ['paying_visit_count'],
  gross: ['gross_amount'],
  gross_orders: ['order_count'],
  refunded: ['refunded_amount'],
  lost: ['lost_amount'],
} as const

/** The columns of traffic in a source of money, and the reverse: every source of a report has the same columns. */
export const noTraffic = `toUInt64(0) AS visitor_count,
  toUInt64(0) AS visit_count,
  toUInt64(0) AS pageview_count,
  toUInt64(0) AS event_count,
  toUInt64(0) AS visit_pageview_count,
  toUInt64(0) AS bounce_count,
  toInt64(0) AS duration,`
export const noMoney = `'' AS currency,
  toUInt64(0) AS order_count,
  toUInt64(0) AS paying_visit_count,
  toInt64(0) AS gross_amount,
  toInt64(0) AS refunded_amount,
  toInt64(0) AS lost_amount,`
