/** What may be known of a Stripe key without asking Stripe. */
export type KeyShape =
  | { ok: true; kind: 'restricted' | 'secret'; livemode: boolean; hint: string }
  | { ok: false; message: string }

const keyPattern = /^(rk|sk)_(test|live)_[A-Za-z0-9]{16,}$/

/**
 * Reads the shape of a pasted key. Restricted keys are what we ask for, secret ones work too; everything else is
 * refused in words that say what it is and where the right one stands.
 */
export function readKeyShape(key: string): KeyShape {
  const match = keyPattern.exec(key)
  if (match)
    return {
      ok: true,
      kind: match[1] === 'rk' ? 'restricted' : 'secret',
      livemode: match[2] === 'live',
      hint: hintOf(key),
    }
  return { ok: false, message: faultOf(key) }
}

/** What may be shown of a key: its kind, its mode and its last four characters. */
function hintOf(key: string): string {
  return `${/^(rk|sk)_(test|live)_/.exec(key)?.[0] ?? ''}…${key.slice(-4)}`
}

/** The kind of a saved key, from its hint. */
export function kindOfHint(hint: string): 'restricted' | 'secret' {
  return hint.startsWith('rk_') ? 'restricted' : 'secret'
}

function faultOf(key: string): string {
  const where = 'Make a restricted key at Stripe under Developers > API keys; it begins with rk_.'
  if (key.startsWith('pk_'))
    return `This is a publishable key (pk_): it is meant for web pages and cannot read payments. ${where}`
  if (key.startsWith('whsec_'))
    return `This is a webhook's signing secret (whsec_): it cannot read payments. ${where}`
  if (/^(cs|pi|acct|plink|price|prod|cus|in|ch)_/.test(key))
    return `This is the id of something at Stripe, not a key. ${where}`
  if (/^https?:/.test(key)) return `This is an address, not a key. ${where}`
  if (/^(rk|sk)_/.test(key))
    return 'This key is not whole: after rk_live_ or rk_test_ come at least 16 letters and digits. Copy it again from Stripe; a key that Stripe shows with dots or stars is hidden.'
  return `This is not a Stripe key. ${where}`
}
