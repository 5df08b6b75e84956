/**
 * Residents that devices share: a graph known by its host copy plus the layouts that kernels made
 * of it, and the life cycle of everything resident.
 */

import { DisposedError } from '../errors.js'
import type { Graph } from '../graph/csr.js'
import {
  type Device,
  type Layout,
  LayoutCache,
  type Resident,
  type ResidentGraph,
} from './device.js'

/** Disposed once, with its device or before it. */
export abstract class ResidentBase implements Resident {
  readonly device: Device
  #disposed = false

  constructor(device: Device) {
    this.device = device
  }

  get disposed(): boolean {
    return this.#disposed || this.device.disposed
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.release()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** Gives the memory back; called once. */
  protected abstract release(): void | Promise<void>

  /** @throws DisposedError */
  protected checkAlive(what: string): void {
    if (this.disposed) throw new DisposedError(what)
  }
}

/** A graph on any device: kernels transfer what they need when they first make their layout. */
export class LayoutGraph extends ResidentBase implements ResidentGraph {
  readonly graph: Graph
  readonly #layouts = new LayoutCache()

  constructor(device: Device, graph: Graph) {
    super(device)
    this.graph = graph
  }

  async layout<L extends Layout>(key: string, make: () => Promise<L>): Promise<L> {
    this.checkAlive('this resident graph')
    return this.#layouts.get(key, make)
  }

  protected release(): Promise<void> {
    return this.#layouts.dispose()
  }
}
