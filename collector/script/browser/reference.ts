/**
 * Whether a `client_reference_id` may be ours to write: there is none, or it names an earlier visit. What the owner
 * set is left alone.
 */
export function isOpenReference(present: string | null): boolean {
  return !present || present.startsWith('rt_')
}
