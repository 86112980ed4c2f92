import { createHash } from 'node:crypto'
import { previewParam } from './preview.ts'

/**
 * The inline loader for a page's head: it loads the tracking script beside the page, and hides the page meanwhile, for
 * 1 s at most, so that a visitor of a split test never sees the original flash. Without an answer in time the page is
 * shown as it is, and the visitor is not in the test.
 *
 * The page is hidden by an animation of the root element: it ends by itself even where scripts hang, leaves nothing in
 * the page, and needs no permission from a content security policy. It lies on the stub of `window.revtrail` as `veil`,
 * where the script finds it.
 *
 * Under a content security policy: the text is the same for all sites (their settings are attributes of its tag), so
 * that `script-src` can name it by `loaderHash`; or the tag gets the page's nonce, which the loader passes on to the
 * script. A policy that requires trusted types refuses what the loader does, which then hides nothing: such a site takes
 * `<script async>` with the plain snippet's attributes first in the head, and its visitors may see a flash.
 */
export const loaderText = [
  '!function(d,w){',
  'var t=d.currentScript,s=d.createElement("script"),h=d.documentElement,k,',
  `p=/[?&](${previewParam}=[^&]+)/.exec(location.search),`,
  'r=w.revtrail=w.revtrail||function(){(r.q=r.q||[]).push(arguments)};',
  'if(r.veil||"visitId"in r)return;',
  's.onload=s.onerror=function(){r.veil&&r.veil.cancel&&r.veil.cancel()};',
  'for(k in t.dataset)s.dataset[k]=t.dataset[k];',
  's.nonce=t.nonce;',
  's.src=t.dataset.src+(p?"&"+p[1]:"");',
  'r.veil=h.animate?h.animate({opacity:[0,0]},1e3):{};',
  'd.head.appendChild(s)',
  '}(document,window)',
].join('')

/** The source of a content security policy that allows the loader: `script-src 'sha256-…' https://collector`. */
export const loaderHash = `'sha256-${createHash('sha256').update(loaderText).digest('base64')}'`

/**
 * The loader with a site's settings, to stand first in the head instead of the plain snippet.
 *
 * @param attributes those of the plain snippet, by name, already safe in double quotes; `src` must have a query
 */
export function makeLoaderSnippet(attributes: Readonly<Record<string, string>> & { src: string }): string {
  const written = Object.entries(attributes)
    .map(([name, value]) => `${name === 'src' ? 'data-src' : name}="${value}"`)
    .join(' ')
  return `<script ${written}>${loaderText}</script>`
}
