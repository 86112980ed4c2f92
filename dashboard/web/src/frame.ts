import type { Router } from './router/router.svelte.ts'
import type { Session } from './session/session.svelte.ts'
import type { Theme } from './theme.svelte.ts'

/** What every page stands in. */
export type Frame = { router: Router; session: Session; theme: Theme }
