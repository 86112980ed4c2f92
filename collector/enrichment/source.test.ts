import { expect, test } from 'vitest'
import { loadKnownSources } from './known-sources.ts'
import { createOriginReader, readReferrer } from './source.ts'

const read = createOriginReader(loadKnownSources())

test.each([
  ['', '', '', 'Direct'],
  ['', 'https://www.google.com/', 'Google', 'Organic Search'],
  ['', 'https://www.google.co.uk/search?q=shoes', 'Google', 'Organic Search'],
  ['', 'android-app://com.google.android.googlequicksearchbox/', 'Google', 'Organic Search'],
  ['', 'https://mail.google.com/mail/u/0/', 'Gmail', 'Email'],
  ['', 'https://gemini.google.com/app', 'Gemini', 'AI Assistants'],
  ['', 'https://chatgpt.com/', 'ChatGPT', 'AI Assistants'],
  ['', 'https://www.bing.com/', 'Bing', 'Organic Search'],
  ['', 'https://duckduckgo.com/', 'DuckDuckGo', 'Organic Search'],
  ['', 'https://news.ycombinator.com/item?id=1', 'Hacker News', 'Organic Social'],
  ['', 'https://t.co/abc', 'X', 'Organic Social'],
  ['', 'https://lm.facebook.com/', 'Facebook', 'Organic Social'],
  ['', 'https://out.reddit.com/', 'Reddit', 'Organic Social'],
  ['', 'https://www.youtube.com/watch?v=1', 'YouTube', 'Organic Video'],
  ['', 'https://www.amazon.co.uk/dp/1', 'Amazon', 'Organic Shopping'],
  ['', 'https://blog.example/post', 'blog.example', 'Referral'],
  ['', 'https://google.evil.example/', 'google.evil.example', 'Referral'],
  ['', 'https://notgoogle.com/', 'notgoogle.com', 'Referral'],
  ['?utm_source=newsletter&utm_medium=email', '', 'Newsletter', 'Email'],
  ['?utm_source=weekly&utm_medium=email', '', 'weekly', 'Email'],
  ['?utm_source=Google&utm_medium=cpc', '', 'Google', 'Paid Search'],
  ['?utm_source=fb&utm_medium=paid_social', '', 'Facebook', 'Paid Social'],
  ['?utm_source=facebook.com', '', 'Facebook', 'Organic Social'],
  ['?utm_source=x&utm_medium=display', '', 'X', 'Display'],
  ['?utm_source=partner&utm_medium=affiliate', '', 'partner', 'Affiliates'],
  ['?ref=producthunt', '', 'Product Hunt', 'Organic Social'],
  ['?source=podcast&utm_medium=audio', '', 'podcast', 'Audio'],
  ['?gclid=abc', 'https://www.google.com/', 'Google', 'Paid Search'],
  ['?gclid=abc', '', 'Google', 'Paid Search'],
  ['?msclkid=abc', 'https://www.bing.com/', 'Bing', 'Paid Search'],
  ['?fbclid=abc', 'https://l.facebook.com/', 'Facebook', 'Organic Social'],
  ['?utm_campaign=cross-network', 'https://www.google.com/', 'Google', 'Cross-network'],
  ['?utm_source=%00evil%ED%A0%80', '', 'evil���', 'Referral'],
])('%s from %s is %s, %s', (search, referrer, source, channel) => {
  expect(read(search, readReferrer(referrer))).toMatchObject({ source, channel })
})

test.each([
  ['https://www.blog.example/post/?id=7#x', 'blog.example/post'],
  ['https://blog.example', 'blog.example'],
  ['http://blog.example:8080/a', 'blog.example/a'],
  ['javascript:alert(1)', undefined],
  ['blog.example', undefined],
  ['https://', undefined],
])('%s is stored as %s', (text, page) => {
  expect(readReferrer(text)?.page).toBe(page)
})

test('tags are read, and cut at 255 characters', () => {
  const search = `?utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d&utm_term=${'e'.repeat(300)}`
  expect(read(search, null)).toEqual({
    referrer: '',
    source: 'a',
    channel: 'Referral',
    utm_source: 'a',
    utm_medium: 'b',
    utm_campaign: 'c',
    utm_content: 'd',
    utm_term: 'e'.repeat(255),
  })
})
