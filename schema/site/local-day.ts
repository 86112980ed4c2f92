const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timezone, format)
  }
  return format
}

/** Whether `Intl` knows this IANA time zone. */
export function isTimezone(timezone: string): boolean {
  try {
    formatOf(timezone)
    return true
  } catch {
    return false
  }
}

/** The wall clock of a zone at an instant, as if it were UTC, in milliseconds. */
function wallClock(ms: number, timezone: string): number {
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of formatOf(timezone).formatToParts(ms))
    if (type in parts) Object.assign(parts, { [type]: Number(value) })
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second)
}

/** The local day of an instant as the number of days since 1970-01-01, which is what ClickHouse's Date stores. */
export function localDay(ms: number, timezone: string): number {
  return Math.floor(wallClock(ms, timezone) / dayMs)
}

/**
 * The instant (ms) at which a local day begins. Where daylight saving skips midnight it is the first instant that
 * exists on that day; where midnight comes twice it is the first of the two.
 */
export function localDayStart(day: number, timezone: string): number {
  const midnight = day * dayMs
  // Zones lie between -12 and +14 h of UTC, so the start is within this window; the day never goes backwards over it
  // by more than the repeated hour, and a binary search over "is it this day yet" finds the first instant.
  let before = midnight - 15 * 3_600_000
  let after = midnight + 13 * 3_600_000
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (localDay(middle, timezone) >= day) after = middle
    else before = middle
  }
  return after
}

/** A day number as `2026-11-24`. */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

/** `2026-11-24` as a day number. */
export function dayNumber(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / dayMs
}

/** A site's time zone, which may change at a coming local midnight, so that the days before stay whole. */
export type SiteZone = { timezone: string; timezone_next: string; timezone_next_at: number }

/** The zone in force at an instant. */
export function zoneAt(site: SiteZone, ms: number): string {
  return site.timezone_next !== '' && ms >= site.timezone_next_at ? site.timezone_next : site.timezone
}
