export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]

const storageKey = 'revtrail-theme'

/** Light, dark, or as the system says. The choice is kept in the owner's own browser; visitors' browsers keep nothing. */
export class Theme {
  #system = matchMedia('(prefers-color-scheme: dark)')
  #systemDark = $state(this.#system.matches)
  #choice: ThemeChoice = $state(storedChoice())

  constructor() {
    this.#show()
  }

  get choice(): ThemeChoice {
    return this.#choice
  }

  /** What is on the screen now, for what CSS cannot colour, such as a canvas. */
  get shown(): 'light' | 'dark' {
    if (this.#choice !== 'system') return this.#choice
    return this.#systemDark ? 'dark' : 'light'
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    this.#show()
    try {
      localStorage.setItem(storageKey, choice)
    } catch {
      // A browser may forbid storage; the choice then lasts until the page is closed.
    }
  }

  /** Follows the system; gives the function that stops it. */
  listen(): () => void {
    const follow = () => {
      this.#systemDark = this.#system.matches
    }
    this.#system.addEventListener('change', follow)
    return () => this.#system.removeEventListener('change', follow)
  }

  #show(): void {
    if (this.#choice === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = this.#choice
  }
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey)
    return themeChoices.find((choice) => choice === stored) ?? 'system'
  } catch {
    return 'system'
  }
}
