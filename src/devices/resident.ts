/**
 * Residents that devices share: a graph known by its host copy plus the layouts that kernels made
 * of it, and the life cycle of everything resident.
 */

import { DisposedError } from '../errors.js'
import type { Graph } from '../graph/csr.js'
import { abortable } from '../turn.js'
import type {
  Device,
  Layout,
  LayoutAnswer,
  LayoutRequest,
  Resident,
  ResidentGraph,
} from './device.js'

/** Disposed once, with its device or before it. */
export abstract class ResidentBase implements Resident {
  readonly device: Device
  readonly #ended = new AbortController()
  readonly #uses = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(device: Device) {
    this.device = device
  }

  get disposed(): boolean {
    return this.#disposal !== undefined || this.device.disposed
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#end()
    return this.#disposal
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  async use<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.checkAlive('this resident')
    signal?.throwIfAborted()
    const both = new AbortController()
    const ended = this.#ended.signal
    const abort = () => both.abort(signal?.aborted ? signal.reason : ended.reason)
    signal?.addEventListener('abort', abort)
    ended.addEventListener('abort', abort)
    const run = work(both.signal)
    this.#uses.add(run)
    try {
      const result = await run
      both.signal.throwIfAborted()
      return result
    } finally {
      this.#uses.delete(run)
      signal?.removeEventListener('abort', abort)
      ended.removeEventListener('abort', abort)
    }
  }

  async #end(): Promise<void> {
    this.#ended.abort(new DisposedError('this resident'))
    await Promise.allSettled(this.#uses)
    await this.release()
  }

  /** Gives the memory back; called once, when nothing uses it. */
  protected abstract release(): void | Promise<void>

  /** @throws DisposedError */
  protected checkAlive(what: string): void {
    if (this.disposed) throw new DisposedError(what)
  }
}

/** A layout that is made or being made. */
interface Making {
  layout: Promise<Layout>
  /** Calls that wait for it; 0 for good once it is there. */
  waiting: number
  settled: boolean
  abandon: AbortController
}

/** A graph on any device: kernels transfer what they need when they first make their layout. */
export class LayoutGraph extends ResidentBase implements ResidentGraph {
  readonly graph: Graph
  readonly #layouts = new Map<string, Making>()
  readonly #onRelease: () => void

  /** @param onRelease called when the graph is disposed */
  constructor(device: Device, graph: Graph, onRelease: () => void) {
    super(device)
    this.graph = graph
    this.#onRelease = onRelease
  }

  async layout<L extends Layout>(request: LayoutRequest<L>): Promise<LayoutAnswer<L>> {
    this.checkAlive('this resident graph')
    request.signal?.throwIfAborted()
    const known = this.#layouts.get(request.key)
    const making = known ?? this.#make(request)
    making.waiting++
    try {
      const layout = (await abortable(making.layout, request.signal)) as L
      return { layout, isNew: known === undefined }
    } finally {
      if (--making.waiting === 0 && !making.settled) {
        this.#forget(request.key, making)
        making.abandon.abort(request.signal?.reason)
      }
    }
  }

  #make<L extends Layout>({ key, make }: LayoutRequest<L>): Making {
    const abandon = new AbortController()
    const making: Making = { layout: make(abandon.signal), waiting: 0, settled: false, abandon }
    this.#layouts.set(key, making)
    making.layout.then(
      () => {
        making.settled = true
      },
      () => this.#forget(key, making),
    )
    return making
  }

  #forget(key: string, making: Making): void {
    making.settled = true
    if (this.#layouts.get(key) === making) this.#layouts.delete(key)
  }

  protected async release(): Promise<void> {
    this.#onRelease()
    const all = [...this.#layouts.values()]
    this.#layouts.clear()
    for (const { settled, abandon } of all) {
      if (!settled) abandon.abort(new DisposedError('this resident graph'))
    }
    for (const made of await Promise.allSettled(all.map(({ layout }) => layout))) {
      if (made.status === 'fulfilled') await made.value.dispose()
    }
  }
}
