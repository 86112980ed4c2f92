/** The tabs of a site's settings, in the order of the menu. */
export const settingsTabs = ['general', 'tracking', 'revenue', 'api-keys'] as const
export type SettingsTab = (typeof settingsTabs)[number]

/** Which page an address shows. */
export type Route =
  | { page: 'home' | 'login' | 'setup' | 'sites' | 'new_site' | 'not_found' }
  | { page: 'overview' | 'install'; domain: string }
  | { page: 'settings'; domain: string; tab: SettingsTab }

/** Reads the path of an address; anything unknown, or a domain that is not valid percent-encoding, is `not_found`. */
export function matchRoute(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '')
  const [first, second, third, fourth] = parts
  if (first === undefined) return { page: 'home' }
  if (parts.length === 1 && first === 'login') return { page: 'login' }
  if (parts.length === 1 && first === 'setup') return { page: 'setup' }
  if (first !== 'sites') return { page: 'not_found' }
  if (second === undefined) return { page: 'sites' }
  if (second === 'new' && third === undefined) return { page: 'new_site' }
  const domain = decodeDomain(second)
  if (domain === null) return { page: 'not_found' }
  if (third === undefined) return { page: 'overview', domain }
  if (third === 'install' && fourth === undefined) return { page: 'install', domain }
  if (third !== 'settings' || parts.length > 4) return { page: 'not_found' }
  const tab = settingsTabs.find((name) => name === (fourth ?? 'general'))
  return tab === undefined ? { page: 'not_found' } : { page: 'settings', domain, tab }
}

/** The address of a site's overview; every other address of the site begins with it. */
export function sitePath(domain: string): string {
  return `/sites/${encodeURIComponent(domain)}`
}

/** The address of a tab of a site's settings. */
export function settingsPath(domain: string, tab: SettingsTab): string {
  return `${sitePath(domain)}/settings/${tab}`
}

function decodeDomain(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}
