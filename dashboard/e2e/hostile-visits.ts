/** Sets `window.hacked` wherever it is run instead of shown. */
export const hostileTexts = {
  script: '<script>window.hacked=1</script>',
  image: '"><img src=x onerror="window.hacked=1">',
  address: 'javascript:window.hacked=1//',
  template: '{window.hacked=1}{@html `<svg onload=window.hacked=1>`}',
} as const

const { script, image, address, template } = hostileTexts
const utm = (values: Record<string, string>) => String(new URLSearchParams(values))

/** Page loads of a stranger who writes script into everything that a tracker may send. */
export const hostileEvents = [
  {
    n: 'pageview',
    u: `http://shop.example/${script}?${utm({ utm_source: script, utm_medium: image, utm_campaign: address, utm_content: template, utm_term: image })}`,
    r: `http://evil.example/${image}`,
    p: { [script]: image, plain: script },
  },
  { n: 'pageview', u: `http://shop.example/#/${image}`, r: address, h: 1 },
  { n: image, u: `http://shop.example/${address}`, r: '', p: { [image]: address } },
] as const

/** A user agent whose browser is named like an element. */
export const hostileAgent = `${image}/2.0 (Windows NT 10.0; Win64; x64)`
