/**
 * The same function, which never throws: counting must not break the shop that it counts. A fault is told in the
 * console.
 */
export function guarded<Arguments extends unknown[]>(
  run: (...args: Arguments) => void,
): (...args: Arguments) => void {
  return (...args) => {
    try {
      run(...args)
    } catch (fault) {
      console.warn('Revtrail:', fault)
    }
  }
}
