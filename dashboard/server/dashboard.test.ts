import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startTestDashboard } from './dashboard-for-tests.ts'

test('half a request does not keep a stop waiting', async () => {
  const dashboard = await startTestDashboard()
  const half = connect(Number(new URL(dashboard.origin).port), '127.0.0.1')
  const gone = once(half, 'close')
  half.on('error', () => undefined).resume()
  await once(half, 'connect')
  half.write('POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"email":')
  // an answer on another connection: the server has read what came before it
  expect((await dashboard.browser().send('GET', '/ready')).status).toBe(200)
  await dashboard.close()
  await gone
}, 15_000)
