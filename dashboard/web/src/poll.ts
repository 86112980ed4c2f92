/**
 * Runs something every `everyMs` while the page is visible, and at once when it becomes visible again after a missed
 * turn. It does not run at the start.
 * @returns the function that stops it
 */
export function poll(run: () => void, everyMs: number): () => void {
  let missed = false
  const timer = setInterval(() => {
    if (document.hidden) missed = true
    else run()
  }, everyMs)
  const shown = () => {
    if (document.hidden || !missed) return
    missed = false
    run()
  }
  document.addEventListener('visibilitychange', shown)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', shown)
  }
}
