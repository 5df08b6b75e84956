/**
 * The page's side: the package's calls, carried out by one worker, so that the page's own thread
 * never computes. Signals, progress functions and error classes work as they do in the worker.
 */

import { proxy, type Remote, releaseProxy, wrap } from 'comlink'
import { spawnApiWorker } from '#spawn'
import type { DeviceInfo } from '../devices/device.js'
import type { OpenDeviceOptions } from '../devices/open.js'
import { DeviceLostError, DisposedError } from '../errors.js'
import { Graph } from '../graph/csr.js'
import type { GraphSource, ReadGraphOptions } from '../graph/index.js'
import type { PagerankOptions, PagerankResult } from '../kernels/pagerank/types.js'
import { type ApiService, type GraphReference, type Reply, unpackError } from './protocol.js'

/** A graph on a device that the worker opened for it. */
export interface WorkerGraph {
  /** The host graph: for ids and sizes. */
  readonly graph: Graph
  readonly device: DeviceInfo
  /** Gives graph and device back. Calling it twice is allowed. */
  dispose(): Promise<void>
}

/** Options of `WorkerClient.pagerank`: a device by kind only; ranks are moved, so no `into`. */
export interface WorkerPagerankOptions extends Omit<PagerankOptions, 'device' | 'into'> {
  device?: 'auto' | OpenDeviceOptions['kind']
}

/** The package's calls, carried out in a worker. */
export interface WorkerClient {
  /** As `readGraph`; a relative URL is relative to the page. Streams and buffers are moved. */
  readGraph(source: GraphSource, options?: ReadGraphOptions): Promise<Graph>
  /** Opens a device in the worker and uploads the graph, for repeated calls. */
  upload(graph: Graph, device: OpenDeviceOptions): Promise<WorkerGraph>
  /** As `pagerank`. */
  pagerank(graph: Graph | WorkerGraph, options?: WorkerPagerankOptions): Promise<PagerankResult>
  /** Ends the worker and all that it opened; running calls reject with DisposedError. */
  dispose(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a worker that computes for this thread. In a page it is a dedicated web worker, which can
 * also open the GPU; in Node a worker thread.
 *
 * @throws DeviceLostError from a call when the worker can't be loaded or dies
 * @example
 * ```ts
 * const worker = await connectWorker()
 * const graph = await worker.readGraph('flights.csv', { weights: 'count' })
 * const { ranks } = await worker.pagerank(graph, { device: 'webgpu', precision: 'f32' })
 * await worker.dispose()
 * ```
 */
export async function connectWorker(): Promise<WorkerClient> {
  return new Client()
}

class Client implements WorkerClient {
  readonly #worker = spawnApiWorker()
  readonly #service: Remote<ApiService> = wrap<ApiService>(this.#worker.endpoint)
  readonly #handles = new WeakMap<WorkerGraph, number>()
  readonly #ended: Promise<never>
  #end: (error: Error) => void = () => {}
  #disposed = false
  #lastCall = 0

  constructor() {
    this.#ended = new Promise((_, reject) => {
      this.#end = reject
    })
    this.#ended.catch(() => {})
    this.#worker.onFailure((cause) => {
      this.#end(new DeviceLostError(`the worker stopped (${cause.message})`, { cause }))
    })
  }

  async readGraph(source: GraphSource, options: ReadGraphOptions = {}): Promise<Graph> {
    const { signal, onProgress, ...plain } = options
    const block = await this.#ask(signal, (service, call) =>
      service.readGraph(call, absolute(source), plain, onProgress && proxy(onProgress)),
    )
    return Graph.fromBlock(block, { trusted: true })
  }

  async upload(graph: Graph, device: OpenDeviceOptions): Promise<WorkerGraph> {
    if (!(graph instanceof Graph)) throw new TypeError('"graph" expected Graph')
    const { handle, info } = await this.#ask(undefined, (service, call) =>
      service.upload(call, graph.block, device),
    )
    const dispose = async () => {
      if (this.#disposed || !this.#handles.delete(held)) return
      await this.#ask(undefined, (service) => service.release(handle))
    }
    const held: WorkerGraph = { graph, device: info, dispose }
    this.#handles.set(held, handle)
    return held
  }

  async pagerank(
    graph: Graph | WorkerGraph,
    options: WorkerPagerankOptions = {},
  ): Promise<PagerankResult> {
    const { signal, onProgress, ...plain } = options
    const reference = this.#refer(graph)
    return this.#ask(signal, (service, call) =>
      service.pagerank(call, reference, plain, onProgress && proxy(onProgress)),
    )
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    // The worker drains its devices first: a GPU that is cut off may take the process with it.
    const drained = this.#service.dispose()
    this.#end(new DisposedError('this worker'))
    await this.#worker.keepAlive(drained)
    this.#service[releaseProxy]()
    await this.#worker.terminate()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  #refer(graph: Graph | WorkerGraph): GraphReference {
    if (graph instanceof Graph) return { block: graph.block }
    const handle = this.#handles.get(graph)
    if (handle === undefined) throw new DisposedError('this graph, or the worker that held it,')
    return { handle }
  }

  /** One call: its abort, its end with the worker, its error as the class that it was. */
  async #ask<T>(
    signal: AbortSignal | undefined,
    call: (service: Remote<ApiService>, number: number) => Promise<Reply<T>>,
  ): Promise<T> {
    if (this.#disposed) throw new DisposedError('this worker')
    signal?.throwIfAborted()
    const number = ++this.#lastCall
    const abort = () => void this.#service.abort(number)
    signal?.addEventListener('abort', abort)
    try {
      const asked = call(this.#service, number)
      const reply = await this.#worker.keepAlive(Promise.race([asked, this.#ended]))
      signal?.throwIfAborted()
      if ('error' in reply) throw unpackError(reply.error)
      return reply.value
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** A page's relative URL would mean something else in the worker's script. */
function absolute(source: GraphSource): GraphSource {
  if (typeof source !== 'string' || typeof document === 'undefined') return source
  return new URL(source, document.baseURI).href
}
