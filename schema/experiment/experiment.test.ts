import { expect, test } from 'vitest'
import { pageChange } from './experiment.ts'
import { goalProp } from './goal.ts'
import { makePreviewToken, readPreviewToken } from './preview.ts'

test.each([
  ['https://shop.example/b.png', true],
  ['/relative', true],
  ['javascript:alert(1)', false],
  [' JavaScript:alert(1)', false],
  ['java\tscript:alert(1)', false],
  ['\u0001java\nscript:alert(1)', false],
  ['data:text/html,<script>1</script>', false],
])('an attribute may become %j: %s', (value, may) => {
  expect(pageChange.safeParse({ action: 'attribute', selector: 'a', name: 'href', value }).success).toBe(may)
})

test.each(['onclick', 'style', 'srcdoc', 'srcset', 'formaction'])('%s cannot be changed', (name) => {
  expect(pageChange.safeParse({ action: 'attribute', selector: 'a', name, value: 'x' }).success).toBe(false)
})

test('what an element tells of its goal', () => {
  expect(goalProp(3, { kind: 'click', by: 'attribute', value: 'signup' })).toBe('signup')
  expect(goalProp(3, { kind: 'click', by: 'selector', value: '#buy' })).toBe('id:3')
  expect(goalProp(3, { kind: 'form', selector: 'form' })).toBe('id:3')
  expect(goalProp(3, { kind: 'event', name: 'Signup' })).toBeNull()
})

const key = 'a1'.repeat(32)
const token = makePreviewToken({ experiment_id: 12, variant: 'b' }, key)

test('a preview token names its variant', () => {
  expect(token).toMatch(/^12\.b\.[\w-]{16}$/)
  expect(readPreviewToken(token, key)).toEqual({ experiment_id: 12, variant: 'b' })
})

test.each([
  '',
  '12.b',
  token.replace('12.', '13.'),
  token.replace('.b.', '.c.'),
  `${token}x`,
  makePreviewToken({ experiment_id: 12, variant: 'b' }, 'b2'.repeat(32)),
])('%j previews nothing', (text) => {
  expect(readPreviewToken(text, key)).toBeNull()
})
