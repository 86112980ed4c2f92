/** Seconds as an owner says them: 9s, 2m 14s, 1h 5m. */
export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds)
  if (rounded < 60) return `${rounded}s`
  if (rounded < 3_600) return `${Math.floor(rounded / 60)}m ${rounded % 60}s`
  return `${Math.floor(rounded / 3_600)}h ${Math.floor((rounded % 3_600) / 60)}m`
}

/** How long ago a moment was, both in ms: "just now", "2 min", "3 h", "5 days". */
export function formatAgo(moment: number, now: number): string {
  const minutes = Math.floor((now - moment) / 60_000)
  if (minutes < 1) return 'just now'
  return `${span(minutes)} ago`
}

/** How soon a moment comes, both in ms: "in 5 h"; "any moment" when it is past or under a minute away. */
export function formatUntil(moment: number, now: number): string {
  const minutes = Math.ceil((moment - now) / 60_000)
  return minutes <= 1 ? 'any moment' : `in ${span(minutes)}`
}

function span(minutes: number): string {
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h`
  const days = Math.floor(hours / 24)
  return days === 1 ? '1 day' : `${days} days`
}
