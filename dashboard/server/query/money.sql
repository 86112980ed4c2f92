-- What payments brought, and what went back, on the day of each, in the mode of the site's key. An amount counts as
-- settled when it settled in the site's currency, else as it was priced, in its own currency.
SELECT
  {{dimensions}}
  {{no_traffic}}
  p.counted_currency AS currency,
  sum(p.orders) AS order_count,
  sum(p.paying) AS paying_visit_count,
  sum(p.gross) AS gross_amount,
  sum(p.refunded) AS refunded_amount,
  sum(p.lost) AS lost_amount
FROM (
{{movements}}
) AS p
{{joins}}
WHERE 1 {{conditions}}
GROUP BY {{keys}} currency
