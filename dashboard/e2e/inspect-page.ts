import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { z } from 'zod'

const report = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
})

/** A page asks for what it shows and rests; once its Revenue tab asked without end. In ms. */
const restWithin = 15_000

/** Looks for what a person would trip over in a page that is open; each fault comes with the address. */
export type Inspector = {
  /** Waits until the page has settled, and gives what was heard of it since the last call. */
  settle: () => Promise<string[]>
  /** The same, and what axe and the width of the window say. */
  inspect: () => Promise<string[]>
}

/**
 * Listens to a page from now on: to errors in its console (refusals of the content security policy are among them), to
 * exceptions, dialogs, and requests that leave the dashboard.
 */
export function listenTo(page: Page, home: string): Inspector {
  const heard: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => heard.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    heard.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${home}/`) && !request.url().startsWith('data:'))
      heard.push(`request: ${request.url()}`)
  })
  const settle = async () => {
    const rest = page.waitForLoadState('networkidle', { timeout: restWithin })
    await rest.catch(() => heard.push(`never rests: it goes on asking for ${restWithin} ms`))
    await page.waitForFunction(() => document.querySelector('main, dialog') !== null)
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    return heard.splice(0).map((fault) => `${addressOf(page)} ${fault}`)
  }
  const inspect = async () => {
    const faults = await settle()
    const seen = [...(await findBarriers(page)), ...(await findOverflow(page))]
    return [...faults, ...seen.map((fault) => `${addressOf(page)} ${fault}`)]
  }
  return { settle, inspect }
}

function addressOf(page: Page): string {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}

/** What axe finds serious or critical. It is evaluated from outside, so the page's policy does not hold it back. */
async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = report.parse(
    await page.evaluate('axe.run(document, { resultTypes: ["violations"] })'),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    )
}

async function findOverflow(page: Page): Promise<string[]> {
  const [content, window] = await page.evaluate(
    () => [document.documentElement.scrollWidth, innerWidth] as const,
  )
  return content > window ? [`overflow: ${content}px of content in a window of ${window}px`] : []
}
