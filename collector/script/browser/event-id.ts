/**
 * A random UUID, version 4. Not `crypto.randomUUID`, which plain http pages lack; `getRandomValues` is everywhere.
 */
export function newEventId(): string {
  const random = crypto.getRandomValues(new Uint8Array(36))
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, (_x, at: number) =>
    ((random[at] || 0) % 16).toString(16),
  )
}
