/**
 * What all devices do alike: tell graphs from arrays, check arguments, refuse when disposed, end
 * their graphs with themselves. A device adds where its bytes lie.
 */

import { checkInteger, checkOneOf, checkSignal, show } from '../check.js'
import { Graph } from '../graph/csr.js'
import { monotonicMs } from '../time/system.js'
import {
  type Device,
  type DeviceInfo,
  type DeviceKind,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  type ElementTypeOf,
  elementTypeOf,
  type ResidentArray,
  type ResidentGraph,
  type TransferOptions,
} from './device.js'
import { LayoutGraph } from './resident.js'

export abstract class DeviceBase implements Device {
  abstract readonly kind: DeviceKind
  abstract readonly info: DeviceInfo
  abstract readonly disposed: boolean
  readonly nowMs = monotonicMs
  readonly #graphs = new Set<LayoutGraph>()

  upload<A extends ElementArrays[ElementType]>(
    array: A,
    options?: TransferOptions,
  ): Promise<ResidentArray<ElementTypeOf<A>>>
  upload(graph: Graph, options?: TransferOptions): Promise<ResidentGraph>
  async upload(
    source: ElementArrays[ElementType] | Graph,
    options: TransferOptions = {},
  ): Promise<ResidentArray | ResidentGraph> {
    this.checkAlive()
    const signal = checkSignal(options?.signal)
    signal?.throwIfAborted()
    if (source instanceof Graph) {
      const graph = new LayoutGraph(this, source, () => this.#graphs.delete(graph))
      this.#graphs.add(graph)
      return graph
    }
    const type = elementTypeOf(source)
    if (type !== undefined) return this.uploadArray(type, source, signal)
    throw new TypeError(`"source" expected Graph or typed array, got ${show(source)}`)
  }

  async alloc<T extends ElementType>(type: T, length: number): Promise<ResidentArray<T>> {
    this.checkAlive()
    checkOneOf('type', type, Object.keys(ELEMENT_ARRAYS) as ElementType[])
    checkInteger('length', length, 0, Number.MAX_SAFE_INTEGER)
    return this.allocArray(type, length)
  }

  async dispose(): Promise<void> {
    await this.end()
    // Layouts may hold more than this device's memory: a polish on another device, for example.
    await Promise.all([...this.#graphs].map((graph) => graph.dispose()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** Ends the device itself; may be called again. */
  protected abstract end(): Promise<void>

  /** @throws DisposedError, or what ended the device */
  protected abstract checkAlive(): void

  protected abstract uploadArray(
    type: ElementType,
    array: ElementArrays[ElementType],
    signal: AbortSignal | undefined,
  ): Promise<ResidentArray>

  /** Zero-filled. */
  protected abstract allocArray<T extends ElementType>(
    type: T,
    length: number,
  ): Promise<ResidentArray<T>>
}
