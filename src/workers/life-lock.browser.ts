/**
 * How a page hears that a web worker has ended: no event says so when one closes itself or is
 * terminated. A worker holds a lock (Web Locks API) that the browser releases with its end, and the
 * page stands in line for it. Where there are no locks, as on plain HTTP, nothing is heard.
 */

/** What a worker posts when it has its lock; comlink leaves it alone. */
interface Announcement {
  lifeLock: string
}

/**
 * In a worker, while its script starts: holds a lock until its end, and tells the page which.
 *
 * @returns resolves when the page has been told, or where there are no locks
 */
export function holdLifeLock(): Promise<void> {
  const { locks } = navigator
  if (locks === undefined) return Promise.resolve()
  const lifeLock = `ticktickclock-worker-${crypto.randomUUID()}`
  return new Promise((resolve) => {
    const holding = locks.request(lifeLock, () => {
      postMessage({ lifeLock } satisfies Announcement)
      resolve()
      return new Promise(() => {})
    })
    // Where the origin is opaque, as in a sandboxed frame, locks are refused.
    holding.catch(() => resolve())
  })
}

/**
 * In the page.
 *
 * @param onEnd called when the worker has ended, also by the page's own `terminate`
 */
export function awaitLifeLock(worker: Worker, onEnd: () => void): void {
  const listen = ({ data }: MessageEvent<Partial<Announcement> | undefined>) => {
    const { lifeLock } = data ?? {}
    if (lifeLock === undefined) return
    worker.removeEventListener('message', listen)
    navigator.locks.request(lifeLock, onEnd).catch(() => {})
  }
  worker.addEventListener('message', listen)
}
