import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { loginList, me } from '../../contract/account.ts'
import { owner, refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import { resetPassword } from '../reset-password.ts'

const hour = 3_600_000

describe('setup', () => {
  let dashboard: TestDashboard
  beforeAll(async () => {
    dashboard = await startTestDashboard({ ADMIN_EMAIL: '' })
  })
  afterAll(() => dashboard.close())

  const tokenFile = () => join(dashboard.dataDir, 'setup-token')
  const readToken = () => readFileSync(tokenFile(), 'utf8').trim()

  test('the first run says so and prints a link that only the operator can read', async () => {
    const reply = await dashboard.browser().send('GET', '/api/me')
    expect(me.parse(reply.body)).toMatchObject({ first_run: true, user: null })
    expect(statSync(tokenFile()).mode & 0o777).toBe(0o600)
    expect(Buffer.from(readToken(), 'base64url')).toHaveLength(16)
    expect(dashboard.printed.at(-1)).toContain(`/setup?token=${readToken()}`)
  })

  test('a wrong token, a short password and an expired token make no owner', async () => {
    const browser = dashboard.browser()
    const wrong = await browser.send('POST', '/api/setup', { ...owner, token: 'AAAAAAAAAAAAAAAAAAAAAA' })
    expect([wrong.status, refusalOf(wrong).error]).toEqual([401, 'unauthenticated'])
    const short = await browser.send('POST', '/api/setup', {
      ...owner,
      token: readToken(),
      password: 'short',
    })
    expect([short.status, refusalOf(short).fields]).toEqual([
      400,
      { password: 'Use at least 10 characters.' },
    ])
    const long = await browser.send('POST', '/api/setup', {
      ...owner,
      token: readToken(),
      password: 'пароль'.repeat(24),
    })
    expect([long.status, Object.keys(refusalOf(long).fields)]).toEqual([400, ['password']])
    expect(refusalOf(long).message).toContain('256 bytes')
    dashboard.clock.ms += hour
    const late = await browser.send('POST', '/api/setup', { ...owner, token: readToken() })
    expect(late.status).toBe(401)
    expect(refusalOf(late).message).toMatch(/older than 60 minutes.*Restart Revtrail/)
  })

  test('a restart makes a new token, and of 100 uses at once exactly one makes the owner', async () => {
    const old = readToken()
    await dashboard.restart()
    expect(readToken()).not.toBe(old)
    const token = readToken()
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        dashboard
          .browser()
          .send('POST', '/api/setup', { ...owner, email: `owner${index}@shop.example`, token }),
      ),
    )
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1)
    expect(new Set(replies.filter((reply) => reply.status !== 200).map((reply) => reply.status))).toEqual(
      new Set([409]),
    )
    const users = await readRows(dashboard.database.writer, {
      sql: 'SELECT email FROM users FINAL',
      row: z.object({ email: z.string() }),
    })
    expect(users).toHaveLength(1)
    expect(existsSync(tokenFile())).toBe(false)
    const again = await dashboard.browser().send('POST', '/api/setup', { ...owner, token })
    expect([again.status, refusalOf(again).error]).toEqual([409, 'conflict'])
  })

  test('a restart with an owner prints no link', async () => {
    const before = dashboard.printed.length
    await dashboard.restart()
    expect(dashboard.printed).toHaveLength(before)
    expect(existsSync(tokenFile())).toBe(false)
  })
})

describe('logins', () => {
  let dashboard: TestDashboard
  beforeAll(async () => {
    dashboard = await startTestDashboard({ TRUSTED_PROXIES: '127.0.0.1' })
  })
  afterAll(() => dashboard.close())

  const from = (address: string) => ({ 'x-forwarded-for': address })

  test('a login sets a cookie that scripts and other sites cannot use, and is kept as a hash only', async () => {
    const browser = dashboard.browser()
    const reply = await browser.send('POST', '/api/login', { ...owner, email: 'Owner@Shop.example' })
    expect(me.parse(reply.body)).toMatchObject({ user: { email: owner.email, role: 'owner' } })
    const cookie = reply.headers.getSetCookie().find((line) => line.startsWith('revtrail=')) ?? ''
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=604800'])
      expect(cookie).toContain(part)
    expect(cookie).not.toContain('Secure')
    const secret = browser.cookies.get('revtrail') ?? ''
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    const stored = await dashboard.database.writer.query({ query: 'SELECT * FROM logins', format: 'JSON' })
    expect(await stored.text()).not.toContain(secret)
  })

  test('behind a proxy that speaks https the cookie is bound to the host and to https', async () => {
    const https = { 'x-forwarded-proto': 'https' }
    const reply = await dashboard.browser().send('POST', '/api/login', owner, https)
    const cookie = reply.headers.getSetCookie().find((line) => line.startsWith('__Host-revtrail=')) ?? ''
    expect(cookie).toContain('Secure')
  })

  test('a new login ends the one that the browser had', async () => {
    const browser = await dashboard.owner()
    const first = browser.cookies.get('revtrail') ?? ''
    await browser.send('POST', '/api/login', owner)
    expect(browser.cookies.get('revtrail')).not.toBe(first)
    const stale = dashboard.browser()
    stale.cookies.set('revtrail', first)
    expect((await stale.send('GET', '/api/sites')).status).toBe(401)
  })

  test('after logout the cookie is worth nothing', async () => {
    const browser = await dashboard.owner()
    const secret = browser.cookies.get('revtrail') ?? ''
    expect((await browser.send('GET', '/api/sites')).status).toBe(200)
    expect((await browser.send('POST', '/api/logout', {})).status).toBe(200)
    expect(browser.cookies.has('revtrail')).toBe(false)
    browser.cookies.set('revtrail', secret)
    expect((await browser.send('GET', '/api/sites')).status).toBe(401)
    expect(me.parse((await browser.send('GET', '/api/me')).body).user).toBeNull()
  })

  test('people see their own logins, and end one by its id', async () => {
    const here = await dashboard.owner()
    const there = await dashboard.owner()
    const { logins } = loginList.parse((await here.send('GET', '/api/logins')).body)
    expect(logins.filter((each) => each.current)).toHaveLength(1)
    const seenThere = loginList.parse((await there.send('GET', '/api/logins')).body).logins
    const other = seenThere.find((each) => each.current)
    expect(logins.map((each) => each.id)).toContain(other?.id)
    expect((await here.send('DELETE', `/api/logins/${other?.id}`)).status).toBe(200)
    expect((await there.send('GET', '/api/logins')).status).toBe(401)
    expect((await here.send('DELETE', `/api/logins/${other?.id}`)).status).toBe(404)
    await dashboard.database.writer.command({
      query: `INSERT INTO logins SELECT repeat('ab', 32), 4711, created_at, last_seen_at, deleted, version
              FROM logins FINAL WHERE NOT deleted LIMIT 1`,
    })
    expect((await here.send('GET', '/api/logins')).text).not.toContain('abababab')
    expect((await here.send('DELETE', '/api/logins/abababababababab')).status).toBe(404)
    const own = logins.find((each) => each.current)
    expect((await here.send('DELETE', `/api/logins/${own?.id}`)).status).toBe(200)
    expect(here.cookies.has('revtrail')).toBe(false)
  })

  test('a login ends after 12 idle hours, lives on while used, and ends after 7 days', async () => {
    const idle = await dashboard.owner()
    const used = await dashboard.owner()
    const start = dashboard.clock.ms
    for (let passed = 0; passed < 24; passed += 6) {
      dashboard.clock.ms += 6 * hour
      expect((await used.send('GET', '/api/sites')).status).toBe(200)
    }
    expect((await idle.send('GET', '/api/sites')).status).toBe(401)
    while (dashboard.clock.ms + 11 * hour < start + 7 * 24 * hour) {
      dashboard.clock.ms += 11 * hour
      expect((await used.send('GET', '/api/sites')).status).toBe(200)
    }
    dashboard.clock.ms = start + 7 * 24 * hour + 1
    expect((await used.send('GET', '/api/sites')).status).toBe(401)
  })

  test('guesses on one account are slowed more and more, and a known browser still gets in', async () => {
    const known = await dashboard.owner()
    let refused = 0
    for (let guess = 0; guess < 40; guess++) {
      const headers = from(`198.51.100.${guess}`)
      const wrong = { ...owner, password: `guess ${guess}` }
      const reply = await dashboard.browser().send('POST', '/api/login', wrong, headers)
      if (reply.status === 429) refused += 1
      else
        expect([reply.status, refusalOf(reply).message]).toEqual([
          401,
          'The e-mail address or the password is wrong.',
        ])
    }
    expect(refused).toBe(35)
    const stranger = await dashboard.browser().send('POST', '/api/login', owner, from('203.0.113.7'))
    expect(stranger.status).toBe(429)
    expect(Number(stranger.headers.get('retry-after'))).toBeGreaterThan(0)
    await known.send('POST', '/api/logout', {})
    expect((await known.send('POST', '/api/login', owner, from('203.0.113.8'))).status).toBe(200)
    dashboard.clock.ms += 61_000
    expect((await dashboard.browser().send('POST', '/api/login', owner, from('203.0.113.9'))).status).toBe(
      200,
    )
  })

  test('an address gets 20 tries in 10 minutes, over all accounts, also when they come together', async () => {
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        dashboard
          .browser()
          .send(
            'POST',
            '/api/login',
            { email: `nobody${index}@shop.example`, password: 'wrong' },
            from('2001:db8:1:2::7'),
          ),
      ),
    )
    expect(replies.filter((reply) => reply.status === 401)).toHaveLength(20)
    expect(replies.filter((reply) => reply.status === 429)).toHaveLength(10)
    const neighbour = { email: 'x@shop.example', password: 'wrong' }
    const sameNet = from('2001:db8:1:2:ffff::1')
    expect((await dashboard.browser().send('POST', '/api/login', neighbour, sameNet)).status).toBe(429)
    const otherNet = from('2001:db8:1:3::7')
    expect((await dashboard.browser().send('POST', '/api/login', neighbour, otherNet)).status).toBe(401)
    dashboard.clock.ms += 10 * 60_000
    expect((await dashboard.browser().send('POST', '/api/login', neighbour, sameNet)).status).toBe(401)
  })

  test('what happened is in the audit log, without addresses', async () => {
    const rows = await readRows(dashboard.database.writer, {
      sql: 'SELECT DISTINCT toString(action) AS action FROM audit ORDER BY action',
      row: z.object({ action: z.string() }),
    })
    expect(rows.map((row) => row.action)).toEqual([
      'logged_in',
      'logged_out',
      'login_ended',
      'login_failed',
      'login_limited',
      'owner_created',
    ])
    const stored = await dashboard.database.writer.query({ query: 'SELECT * FROM audit', format: 'JSON' })
    expect(await stored.text()).not.toMatch(/198\.51\.100|203\.0\.113|2001:db8/)
    expect(dashboard.log()).not.toMatch(/198\.51\.100|203\.0\.113|2001:db8|correct horse/)
  })

  test('a password reset prints a new password, ends every login and names who exists otherwise', async () => {
    const browser = await dashboard.owner()
    const printed: string[] = []
    const options = {
      clickhouse: dashboard.database.address,
      now: () => dashboard.clock.ms,
      print: (line: string) => void printed.push(line),
    }
    await expect(resetPassword({ ...options, email: 'nobody@shop.example' })).rejects.toThrow(owner.email)
    await resetPassword({ ...options, email: owner.email })
    const password = /is (\S+)$/.exec(printed[0] ?? '')?.[1] ?? ''
    dashboard.clock.ms += 2_000
    await expect
      .poll(async () => (await browser.send('GET', '/api/sites')).status, { timeout: 5_000 })
      .toBe(401)
    expect((await browser.send('POST', '/api/login', owner)).status).toBe(401)
    expect((await browser.send('POST', '/api/login', { ...owner, password })).status).toBe(200)
  })
})
