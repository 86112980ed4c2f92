import Bowser from 'bowser'
import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'

/** What a user agent says. Texts are '' when unknown; `browser_version` is the major version. */
export type Client = {
  bot: boolean
  browser: string
  browser_version: string
  os: string
  os_version: string
  device: string
}

// The shortest user agent of a real browser in the wild has about 30 characters.
const shortest = 16
const headless = /headless|phantomjs|puppeteer|playwright|selenium|electron\/|slimerjs|htmlunit/i

const devices = new Map([
  ['desktop', 'Desktop'],
  ['mobile', 'Mobile'],
  ['tablet', 'Tablet'],
  ['tv', 'TV'],
])
const browserNames = new Map([
  ['Microsoft Edge', 'Edge'],
  ['Samsung Internet for Android', 'Samsung Internet'],
])

/**
 * Parses a user agent (about 15 us; see `createUserAgents`). A bot is what isbot knows, what names a tool that steers a
 * browser, and what is too short for a browser.
 */
export function parseUserAgent(userAgent: string): Client {
  const bot = userAgent.length < shortest || isbot(userAgent) || headless.test(userAgent)
  if (bot) return { bot, browser: '', browser_version: '', os: '', os_version: '', device: '' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  const system = os.name ?? ''
  // Windows says NT 10.0 where people say 10 (and 11, which cannot be told apart).
  const version = system === 'Windows' ? os.versionName : os.version
  return {
    bot,
    browser: browserNames.get(browser.name ?? '') ?? browser.name ?? '',
    browser_version: browser.version?.split('.')[0] ?? '',
    os: system,
    os_version: version?.split('.').slice(0, 2).join('.') ?? '',
    device: devices.get(platform.type ?? '') ?? (system === 'Chrome OS' ? 'Desktop' : ''),
  }
}

/** Parses user agents with a memory of the last 10,000: a few thousand make up nearly all traffic. */
export function createUserAgents(): (userAgent: string) => Client {
  const known = new LRUCache<string, Client>({ max: 10_000 })
  return (userAgent) => {
    let client = known.get(userAgent)
    if (!client) {
      client = parseUserAgent(userAgent)
      known.set(userAgent, client)
    }
    return client
  }
}
