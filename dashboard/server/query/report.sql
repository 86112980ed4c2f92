SELECT
  {{dimensions}} AS dimensions,
  {{measures}}
  count() OVER () AS total_rows
FROM (
{{sources}}
)
{{group}}
{{having}}
{{order}}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
