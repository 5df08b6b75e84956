/**
 * Whether a pool still works: one end, by disposal or by the death of a worker, that everything
 * which waits for the pool hears of.
 */

/** Starts alive; ends once. */
export class PoolLife {
  /** Rejects with the error that ended the pool; never resolves. */
  readonly ended: Promise<never>
  #end: (error: Error) => void = () => {}
  #error: Error | undefined

  constructor() {
    this.ended = new Promise((_, reject) => {
      this.#end = reject
    })
    // Nobody may be waiting when it ends.
    this.ended.catch(() => {})
  }

  /** What ended the pool. */
  get error(): Error | undefined {
    return this.#error
  }

  /** The first call counts. */
  end(error: Error): void {
    this.#error ??= error
    this.#end(error)
  }

  throwIfEnded(): void {
    if (this.#error !== undefined) throw this.#error
  }

  /** The promise, unless the pool ends first: comlink's calls to a dead worker never settle. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.ended])
  }
}
