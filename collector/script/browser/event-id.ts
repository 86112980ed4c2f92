/**
 * A random UUID, version 4, which tells the tries of one event from other events. Not `crypto.randomUUID`, which plain
 * http pages lack; and not a secret, so that `Math.random` will do.
 */
export function newEventId(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    Math.floor(Math.random() * 16).toString(16),
  )
}
