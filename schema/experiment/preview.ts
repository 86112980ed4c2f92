import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The parameter of a page's address that shows a variant to who opens the link, of a draft too, without counting:
 * `https://shop.example/pricing?revtrail_preview=TOKEN`. The script passes it on in its own address, by the same name.
 */
export const previewParam = 'revtrail_preview'

/** A variant to look at. */
export type Preview = { experiment_id: number; variant: string }

function sign({ experiment_id, variant }: Preview, referenceKey: string): string {
  return createHmac('sha256', Buffer.from(referenceKey, 'hex'))
    .update(`preview:${experiment_id}.${variant}`)
    .digest('base64url')
    .slice(0, 16)
}

/**
 * The value of `previewParam`: `<experiment id>.<variant id>.<signature>`. Signed with the site's key, so that no one
 * reads through the drafts of a site, or has its visitors see what its owner did not link to.
 *
 * @param referenceKey the site's key, hexadecimal
 */
export function makePreviewToken(preview: Preview, referenceKey: string): string {
  return `${preview.experiment_id}.${preview.variant}.${sign(preview, referenceKey)}`
}

/** The variant that a token of this site names, or null for anything else. */
export function readPreviewToken(token: string, referenceKey: string): Preview | null {
  const parts = /^(\d{1,10})\.([a-z0-9]{1,12})\.([\w-]{16})$/.exec(token)
  const [, id = '', variant = '', signature = ''] = parts ?? []
  if (!parts) return null
  const preview = { experiment_id: Number(id), variant }
  const expected = Buffer.from(sign(preview, referenceKey))
  return timingSafeEqual(expected, Buffer.from(signature)) ? preview : null
}
