/** Sites that share a zone and, with a steep slope between them, their events. */
export type SiteGroup = { firstSite: number; sites: number; timezone: string; eventsADay: number }

/** How much there is to measure with. */
export type Scale = {
  /** Events of all sites over all days. */
  events: number
  /** Events of the first site in the days that the page shows; the second has a tenth. */
  siteEvents: number
  /** Days with events, today included. */
  days: number
  sites: number
}

/** The days that the page shows; it compares them with as many before. */
export const shownDays = 30

/** The groups of sites that make up a scale. */
export function groupsOf({ events, siteEvents, days, sites }: Scale): SiteGroup[] {
  const aDay = siteEvents / shownDays
  const rest = events / days - aDay * 1.1
  if (rest < 0) throw new Error(`${events} events are fewer than those of the measured sites`)
  const berlin = { sites: 1, timezone: 'Europe/Berlin' }
  return [
    { ...berlin, firstSite: 1, eventsADay: aDay },
    { ...berlin, firstSite: 2, eventsADay: aDay / 10 },
    { firstSite: 3, sites: sites - 2, timezone: 'UTC', eventsADay: rest },
  ]
}
