multiIf(
  kind = 'page',
  name = 'pageview' AND multiIf(
    operator = 'is', pathname = wanted,
    operator = 'starts', startsWith(pathname, wanted),
    position(pathname, wanted) > 0
  ),
  kind = 'event',
  name = wanted,
  kind = 'goal',
  name = 'goal' AND props['goal'] = wanted,
  false
)
