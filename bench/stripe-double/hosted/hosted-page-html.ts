import { formatMoney } from '../acts/currencies.ts'
import type { SessionRecord } from '../books/records.ts'

const style = `
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#5b6478;--line:#dfe3ea;--panel:#f6f8fb;--paper:#fff;--accent:#0a6c5b}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f6;--soft:#a3adbf;--line:#323a4a;--panel:#171c26;--paper:#0f131b;--accent:#31b196}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;grid-template-columns:1fr 1fr;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
section{padding:12vh 8%}
section.order{background:var(--panel)}
.inner{max-width:24rem}
.order .inner{margin-left:auto}
.badge{font-size:.75rem;font-weight:600;padding:.1rem .5rem;border-radius:1rem;background:#ffe2a8;color:#5c3b00;margin-left:.5rem}
.merchant{color:var(--soft);font-weight:600;margin:0 0 2rem}
h1{font-size:1.1rem;font-weight:500;color:var(--soft);margin:0}
.price{font-size:2.4rem;font-weight:650;letter-spacing:-.02em;margin:0}
dl{display:grid;grid-template-columns:1fr auto;gap:.4rem;margin-top:2rem;font-size:.95rem}dd{margin:0;text-align:right}
label,legend{font-weight:600;font-size:.9rem}
input[type=email]{display:block;width:100%;margin:.3rem 0 1.4rem;padding:.7rem .8rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
fieldset{border:0;padding:0;margin:0 0 1.4rem}legend{padding:0;margin-bottom:.3rem}
.choices{border:1px solid var(--line);border-radius:.5rem}
.choices label{display:flex;gap:.6rem;padding:.8rem;font-weight:400}.choices label+label{border-top:1px solid var(--line)}
button{display:block;width:100%;padding:.8rem;font:inherit;font-weight:600;border-radius:.5rem;border:1px solid transparent;cursor:pointer}
button.main{background:var(--accent);color:var(--paper)}
button.quiet{margin-top:.7rem;background:none;border-color:var(--line);color:var(--soft)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.small{font-size:.8rem;color:var(--soft);margin-top:1.5rem}
main.notice{grid-column:1/-1;place-self:center;text-align:center;padding:2rem}
@media(max-width:50rem){body{grid-template-columns:1fr;align-content:start}section{padding:2rem 1.2rem}.inner,.order .inner{margin:0 auto}}
`

/** Text as HTML text or attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

function document(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escaped(title)}</title><style>${style}</style></head><body>${body}</body></html>`
}

const verbs = { payment: 'Pay', subscription: 'Subscribe', setup: 'Save' } as const

/** The page on which a buyer pays. It works without any script. */
export function paymentPage(order: { session: SessionRecord; merchant: string; product: string }): string {
  const { session, merchant, product } = order
  const price =
    session.amount_total === null ? '' : formatMoney(session.amount_total, session.currency ?? 'usd')
  const badge = session.livemode ? '' : '<span class="badge">TEST MODE</span>'
  const body = `<section class="order"><div class="inner"><p class="merchant">${escaped(merchant)}${badge}</p>
<h1>${escaped(product)}</h1><p class="price">${escaped(price)}</p>${breakdown(session)}</div></section>
<section><div class="inner"><form method="post" action="/c/pay/${session.id}">
<label for="email">Email</label><input id="email" name="email" type="email" required autocomplete="email" value="${escaped(session.customer_email ?? '')}">
<fieldset><legend>Payment method</legend><div class="choices">
<label><input type="radio" name="method" value="card" checked> Card ending 4242</label>
<label><input type="radio" name="method" value="bank_debit"> Bank debit, arrives days later</label></div></fieldset>
<button class="main" name="action" value="pay">${verbs[session.mode]} ${escaped(price)}</button>
<button class="quiet" name="action" value="pay_and_close">${verbs[session.mode]} and close the tab</button>
</form><p class="small">This is Revtrail's stand-in for Stripe. No money moves and nothing here is real.</p></div></section>`
  return document(`${product} · ${merchant}`, body)
}

function breakdown(session: SessionRecord): string {
  const { currency, amount_subtotal, amount_discount, amount_tax, amount_shipping } = session
  if (currency === null || amount_subtotal === null) return ''
  const lines = [
    ['Discount', -amount_discount],
    ['Shipping', amount_shipping],
    ['Tax', amount_tax],
  ] as const
  const shown = lines.filter(([, amount]) => amount !== 0)
  if (shown.length === 0) return ''
  const rows = [['Subtotal', amount_subtotal] as const, ...shown].map(
    ([name, amount]) => `<dt>${name}</dt><dd>${escaped(formatMoney(amount, currency))}</dd>`,
  )
  return `<dl>${rows.join('')}</dl>`
}

/** A page with nothing to do on it. */
export function noticePage(title: string, text: string): string {
  return document(
    title,
    `<main class="notice"><p class="price">${escaped(title)}</p><p>${escaped(text)}</p></main>`,
  )
}
