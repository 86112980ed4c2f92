/** What a body of changes without any is refused with. */
export const noChange = 'Say what to change: the body holds no field.'

/** Whether a body of changes, all of them optional, has at least one. */
export function isChange(body: Record<string, unknown>): boolean {
  return Object.values(body).some((value) => value !== undefined)
}
