import { matchRoute, type Route } from './route.ts'

/** Where the browser is. The address is the only truth: `navigate` changes it, the getters follow it. */
export class Router {
  #path = $state(location.pathname)
  #search = $state(location.search)
  #route = $derived(matchRoute(this.#path))

  get route(): Route {
    return this.#route
  }

  get path(): string {
    return this.#path
  }

  get search(): string {
    return this.#search
  }

  /** Goes to an address of this app; `replace` keeps the history as long as it was. */
  navigate(address: string, { replace = false } = {}): void {
    const target = new URL(address, location.href)
    const before = this.#path
    if (replace) history.replaceState(null, '', target)
    else history.pushState(null, '', target)
    this.#follow()
    if (this.#path !== before) scrollTo(0, 0)
  }

  /** Listens to the back button and to clicks on links to this app; gives the function that stops it. */
  listen(): () => void {
    const follow = () => this.#follow()
    const click = (event: MouseEvent) => this.#click(event)
    addEventListener('popstate', follow)
    addEventListener('click', click)
    return () => {
      removeEventListener('popstate', follow)
      removeEventListener('click', click)
    }
  }

  #follow(): void {
    this.#path = location.pathname
    this.#search = location.search
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.target !== '' || link.origin !== location.origin) return
    if (link.hash !== '' && link.pathname === location.pathname) return
    event.preventDefault()
    this.navigate(link.href)
  }
}
