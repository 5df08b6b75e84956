/**
 * Cross-origin isolation for hosts that send no headers, as `dist/browser/isolate.js`: a classic
 * script that a page loads first, and at the same time the service worker that it registers. The
 * worker passes pages and scripts of workers on with the headers that they lack; everything else
 * it leaves to the browser, so that it can't break what works without it.
 */

/** What `navigator.serviceWorker` and the worker's scope have; lib.dom knows only the first. */
interface WorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: PassEvent) => void): void
}
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface PassEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** Strictest last: Safari doesn't know the first, which lets images of other origins pass. */
const POLICIES = ['credentialless', 'require-corp']
/** Key of the session's storage: how many policies were tried. */
const TRIED = 'ticktickclock-isolate'

if (typeof document === 'undefined') serveIsolated(globalThis as unknown as WorkerScope)
else void isolatePage()

/** The service worker's half. */
function serveIsolated(scope: WorkerScope): void {
  const policy = new URL(scope.location.href).searchParams.get('policy') ?? POLICIES[0]
  scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()))
  scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()))
  scope.addEventListener('fetch', (event) => {
    const { mode, destination, url } = event.request
    const isPage = mode === 'navigate'
    const isWorker = destination === 'worker' || destination === 'sharedworker'
    if (!isPage && !(isWorker && new URL(url).origin === scope.location.origin)) return
    event.respondWith(fetch(event.request).then((response) => withHeaders(response, policy)))
  })
}

/** The response with the headers of isolation; those that can't be read pass as they are. */
function withHeaders(response: Response, policy: string): Response {
  // Redirects of pages and opaque responses have status 0, which nobody can make.
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', policy)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

/** The page's half: registers the worker and loads the page anew, at most once for each policy. */
async function isolatePage(): Promise<void> {
  const script = document.currentScript as HTMLScriptElement | null
  if (script === null) return
  if (script.dataset.remove !== undefined) return removeFrom(script.src)
  if (globalThis.crossOriginIsolated) {
    remember(undefined)
    return
  }
  if (!globalThis.isSecureContext || navigator.serviceWorker === undefined) {
    giveUp('service workers need HTTPS, or localhost, and a window that is not private')
    return
  }
  const tried = remembered()
  if (tried === undefined || tried >= POLICIES.length) {
    giveUp(
      tried === undefined
        ? "the session's storage is closed, and without it the page might load for ever"
        : 'the browser isolates the page under none of its policies',
    )
    return
  }
  try {
    const url = new URL(script.src)
    url.searchParams.set('policy', POLICIES[tried])
    await navigator.serviceWorker.register(url.href)
    await navigator.serviceWorker.ready
    await controlled(url.href)
    remember(tried + 1)
    location.reload()
  } catch (error) {
    giveUp(String(error))
  }
}

/** Settles when the service worker of this URL is the one that pages get. */
async function controlled(url: string): Promise<void> {
  while (navigator.serviceWorker.controller?.scriptURL !== url) {
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true })
      setTimeout(resolve, 100)
    })
  }
}

/** Undefined when storage is closed. */
function remembered(): number | undefined {
  try {
    return Number(sessionStorage.getItem(TRIED) ?? 0)
  } catch {
    return undefined
  }
}

function remember(tried: number | undefined): void {
  try {
    if (tried === undefined) sessionStorage.removeItem(TRIED)
    else sessionStorage.setItem(TRIED, String(tried))
  } catch {
    // An isolated page needs no memory; one that is not has been refused by remembered().
  }
}

function giveUp(reason: string): void {
  // biome-ignore lint/suspicious/noConsole: a script tag has nobody else to tell
  console.warn(`isolate.js: this page stays without shared memory: ${reason}`)
}

/** Takes the service worker away again; the next load is without it. */
async function removeFrom(source: string): Promise<void> {
  remember(undefined)
  const { pathname } = new URL(source)
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    const { scriptURL } = registration.active ?? registration.waiting ?? {}
    if (scriptURL !== undefined && new URL(scriptURL).pathname === pathname) {
      await registration.unregister()
    }
  }
}
