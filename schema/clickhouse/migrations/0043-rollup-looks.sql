-- Up to when every closed day has been computed. Written by the verifier alone after each round; the latest counts.
CREATE TABLE rollup_looks (
  kind LowCardinality(String) COMMENT 'revenue; traffic needs none, since its events are counted by day',
  looked_at DateTime64(3, 'UTC') COMMENT 'by the engine’s clock, as inserted_at has it: facts inserted before were seen',
  as_of DateTime64(3, 'UTC') COMMENT 'by the verifier’s clock: days that were over then in their site’s zone are computed',
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY kind
