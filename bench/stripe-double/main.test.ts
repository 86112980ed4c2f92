import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const thanks = 'https://shop.example/thanks?stripe_session_id={CHECKOUT_SESSION_ID}'

it('prints an address, a key that works and links that open, and stops when told to', async () => {
  const child = spawn(process.execPath, [main, '--port', '0', '--redirect', thanks], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  try {
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line.startsWith('Every act')) break
    }
    const text = lines.join('\n')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? ''
    const key = /rk_test_\w+/.exec(text)?.[0] ?? ''
    const link = /http\S+\/pay\/test_\w+/.exec(text)?.[0] ?? ''
    expect(text).toContain(`STRIPE_API_BASE=${url} ALLOW_STRIPE_DOUBLE=1`)
    const headers = { authorization: `Bearer ${key}` }
    expect((await fetch(`${url}/v1/checkout/sessions?limit=1`, { headers })).status).toBe(200)
    expect(await (await fetch(link)).text()).toContain('Trail map')
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exit).toEqual([0, null])
})
