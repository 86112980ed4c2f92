-- What payments brought, and what went back, on the day of each, in the mode of the site's key. An amount counts as
-- settled when it settled in the site's currency, else as it was priced, in its own currency.
SELECT
  {{dimensions}}
  {{no_traffic}}
  p.counted_currency AS currency,
  sum(p.order_count) AS order_count,
  sum(p.paying_visit_count) AS paying_visit_count,
  sum(p.gross_amount) AS gross_amount,
  sum(p.refunded_amount) AS refunded_amount,
  sum(p.lost_amount) AS lost_amount,
  'money' AS row_source
FROM (
{{movements}}
) AS p
{{joins}}
WHERE 1 {{conditions}}
GROUP BY {{keys}} currency
