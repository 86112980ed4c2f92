import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The script tells the collector when a browser is driven by a program; these tests want to be counted.
  '--disable-blink-features=AutomationControlled',
  // Made-up hosts have no TLS; trying it first costs a second per page.
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
]

function findChromium(): string {
  const onPath = spawnSync('which', names, { encoding: 'utf8' }).stdout?.split('\n') ?? []
  const candidates = [
    '/usr/bin/chromium',
    ...onPath,
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    chromium.executablePath(),
  ]
  const found = candidates.find((path) => path && existsSync(path))
  if (!found)
    throw new Error(
      `The browser tests need Chromium (looked for ${names.join(', ')} on the PATH). ` +
        'Install it with `apt-get install chromium`, or with `npx playwright-core install chromium`.',
    )
  return found
}

/**
 * Starts a headless Chromium that counts as a person's. The caller closes it.
 *
 * @param hosts where made-up hosts live, as in `{ 'shop.example': '127.0.0.1:4321' }`; no other name resolves, so a
 *   test never leaves the machine
 * @throws when no Chromium is installed, with the commands that install it
 */
export function launchBrowser(hosts: Record<string, string> = {}): Promise<Browser> {
  const rules = [
    ...Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`),
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
    'EXCLUDE localhost',
  ]
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [...flags, `--host-resolver-rules=${rules.join(', ')}`],
  })
}
