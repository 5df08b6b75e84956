/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The page's side: the package's calls, carried out by one worker, so that the page's own thread
 * never computes. Signals, progress functions and error classes work as they do in the worker.
 */

import { proxy, type Remote, releaseProxy, transfer, wrap } from 'comlink'
import { spawnApiWorker } from '#spawn'
import { checkCallback, checkSignal, show } from '../check.js'
import { readConfig, settingsForWorkers } from '../config.js'
import type { DeviceInfo } from '../devices/device.js'
import type { DoctorReport } from '../devices/doctor.js'
import type { OpenDeviceOptions } from '../devices/open.js'
import { DeviceLostError, DisposedError } from '../errors.js'
import { Graph } from '../graph/csr.js'
import type { GraphSource, ReadGraphOptions } from '../graph/index.js'
import type { ArrayOptions } from '../kernels/columns.js'
import type { PagerankOptions, PagerankResult } from '../kernels/pagerank/types.js'
import { type Reply, unpackError } from '../packed-error.js'
import {
  ARRAY_ARGUMENTS,
  type ArrayCallName,
  fillInto,
  packArgument,
  packInto,
  type WorkerArrays,
} from './arrays.js'
import type { ApiService, CallBack, GraphReference, SourceRole } from './protocol.js'
import { type Feed, packSource } from './source.js'

/** A graph on a device that the worker opened for it. */
export interface WorkerGraph {
  /** The host graph: for ids and sizes. */
  readonly graph: Graph
  readonly device: DeviceInfo
  /** Gives graph and device back. Calling it twice is allowed. */
  dispose(): Promise<void>
  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Options of `WorkerClient.pagerank`: a device by kind only; ranks are moved, so no `into`. */
export interface WorkerPagerankOptions extends Omit<PagerankOptions, 'device' | 'into'> {
  /** Default: `auto`, by size. An open device can't be sent to the worker. */
  device?: 'auto' | OpenDeviceOptions['kind']
}

/** The package's calls, carried out in a worker. */
export interface WorkerClient extends WorkerArrays {
  /**
   * As `readGraph`; a relative URL is relative to the page. Bytes and streams are read here and
   * sent to the worker piece by piece: arrays stay usable, streams are used up.
   */
  readGraph(source: GraphSource, options?: ReadGraphOptions): Promise<Graph>
  /** Opens a device in the worker and uploads the graph, for repeated calls. */
  upload(graph: Graph, device: OpenDeviceOptions): Promise<WorkerGraph>
  /** As `pagerank`. A graph in hand is copied to the worker by every call: `upload` it once. */
  pagerank(graph: Graph | WorkerGraph, options?: WorkerPagerankOptions): Promise<PagerankResult>
  /** As `doctor`: what this page's worker can compute on. */
  doctor(): Promise<DoctorReport>
  /** Ends the worker and all that it opened; running calls reject with DisposedError. */
  dispose(): Promise<void>
  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a worker that computes for this thread. In a page it is a dedicated web worker, which can
 * also open the GPU; in Node a worker thread. It has the settings of `configure` as they are now.
 *
 * @throws DeviceUnavailableError when the browser refuses to start it; DeviceLostError from a call
 *   when it can't be loaded or dies
 * @example
 * ```ts
 * const worker = await connectWorker()
 * const graph = await worker.readGraph('flights.csv', { weights: 'count' })
 * const { ranks } = await worker.pagerank(graph, { precision: 'f32' })
 * console.log(ranks.length, graph.vertexCount) // 305 305
 * await worker.dispose()
 * ```
 */
export async function connectWorker(): Promise<WorkerClient> {
  return new Client()
}

/** What a call may need of this side while it runs. */
interface CallNeeds {
  signal?: AbortSignal
  onProgress?: (progress: never) => void
  feeds?: Partial<Record<SourceRole, Feed>>
}

class Client implements WorkerClient {
  readonly #worker = spawnApiWorker()
  readonly #service: Remote<ApiService> = wrap<ApiService>(this.#worker.endpoint)
  readonly #handles = new WeakMap<WorkerGraph, number>()
  /** Rejects when the worker dies or is disposed: running calls must not wait for it. */
  readonly #ended: Promise<never>
  #end: (error: Error) => void = () => {}
  #lost: () => void = () => {}
  readonly #died = new Promise<void>((resolve) => {
    this.#lost = resolve
  })
  #disposing: Promise<void> | undefined
  #lastCall = 0

  readonly sort = this.#arrayCall('sort')
  readonly argsort = this.#arrayCall('argsort')
  readonly sortPairs = this.#arrayCall('sortPairs')
  readonly topK = this.#arrayCall('topK')
  readonly unique = this.#arrayCall('unique')
  readonly searchSorted = this.#arrayCall('searchSorted')
  readonly scan = this.#arrayCall('scan')
  readonly reduce = this.#arrayCall('reduce')
  readonly reduceColumn = this.#arrayCall('reduceColumn')
  readonly histogram = this.#arrayCall('histogram')
  readonly convertTimestamps = this.#arrayCall('convertTimestamps')

  constructor() {
    this.#ended = new Promise((_, reject) => {
      this.#end = reject
    })
    this.#ended.catch(() => {})
    this.#worker.onFailure((cause) => {
      this.#end(new DeviceLostError(`the worker stopped (${cause.message})`, { cause }))
      this.#lost()
    })
    this.#greet()
  }

  /** Tells the worker the settings, before any call, and hears from it that it is there. */
  #greet(): void {
    const { barrierTimeoutMs } = readConfig()
    const timer = setTimeout(() => {
      const problem =
        `the worker did not answer within ${barrierTimeoutMs} ms: does its script import ` +
        '\'ticktickclock/calls-worker\'? If it only needs longer, raise "barrierTimeoutMs" of ' +
        'configure()'
      this.#end(new DeviceLostError(problem))
      this.#lost()
    }, barrierTimeoutMs)
    if (typeof timer === 'object') timer.unref?.()
    const stop = () => clearTimeout(timer)
    this.#service.configure(settingsForWorkers()).then(stop, stop)
    void this.#died.then(stop)
  }

  async readGraph(source: GraphSource, options: ReadGraphOptions = {}): Promise<Graph> {
    const { signal, onProgress, vertices, ...plain } = options
    checkCallback('onProgress', onProgress)
    const edgeSource = packSource(source, plain.name)
    const vertexSource = vertices === undefined ? undefined : packSource(vertices, '(vertices)')
    const feeds = { edges: edgeSource.feed, vertices: vertexSource?.feed }
    const sources = { edges: edgeSource.packed, vertices: vertexSource?.packed }
    const name = plain.name ?? edgeSource.feed?.name
    const block = await this.#ask({ signal, onProgress, feeds }, (service, call, back) =>
      service.readGraph(call, sources, { ...plain, name }, back),
    )
    return Graph.fromBlock(block, { trusted: true })
  }

  async upload(graph: Graph, device: OpenDeviceOptions): Promise<WorkerGraph> {
    if (!(graph instanceof Graph)) throw new TypeError(`"graph" expected Graph, got ${show(graph)}`)
    const { handle, info } = await this.#ask({}, (service, call) =>
      service.upload(call, graph.block, device),
    )
    let released: Promise<void> | undefined
    const dispose = () => {
      released ??=
        this.#disposing ?? this.#ask({}, (service, call) => service.release(call, handle))
      return released
    }
    const held: WorkerGraph = { graph, device: info, dispose, [Symbol.asyncDispose]: dispose }
    this.#handles.set(held, handle)
    return held
  }

  async pagerank(
    graph: Graph | WorkerGraph,
    options: WorkerPagerankOptions = {},
  ): Promise<PagerankResult> {
    const { signal, onProgress, ...plain } = options
    checkCallback('onProgress', onProgress)
    checkDeviceKind(plain.device)
    if ('into' in plain) {
      throw new TypeError('"into" can\'t be filled by another thread: leave it out')
    }
    const reference = this.#refer(graph)
    return this.#ask({ signal, onProgress }, (service, call, back) =>
      service.pagerank(call, reference, plain, back),
    )
  }

  #arrayCall<N extends ArrayCallName>(name: N): WorkerArrays[N] {
    const { length } = ARRAY_ARGUMENTS[name]
    const call = async (...given: unknown[]) => {
      const options = given[length] === undefined ? {} : given[length]
      if (typeof options === 'object' && options !== null) {
        return this.#compute(name, given.slice(0, length), options)
      }
      throw new TypeError(`"options" expected object, got ${show(options)}`)
    }
    return call as unknown as WorkerArrays[N]
  }

  async #compute(
    name: ArrayCallName,
    values: readonly unknown[],
    options: ArrayOptions & { into?: unknown; transfer?: unknown },
  ): Promise<unknown> {
    const { signal, onProgress, onRun, into, transfer: moves = false, ...plain } = options
    checkCallback('onProgress', onProgress)
    checkCallback('onRun', onRun)
    checkDeviceKind(plain.device)
    if (typeof moves !== 'boolean') {
      throw new TypeError(`"transfer" expected boolean, got ${show(moves)}`)
    }
    checkSignal(signal)?.throwIfAborted()
    const buffers = new Set<ArrayBuffer>()
    const names = ARRAY_ARGUMENTS[name]
    const packed: unknown[] = []
    for (const [index, value] of values.entries()) {
      packed.push(await packArgument(names[index], value, moves, buffers))
    }
    const blank = { ...plain, ...(into !== undefined && { into: packInto(into, buffers) }) }
    const args = transfer(packed, [...buffers])
    const { value, run } = await this.#ask({ signal, onProgress }, (service, call, back) =>
      service.compute(call, name, args, blank, back),
    )
    if (run !== undefined) onRun?.(run)
    return fillInto(into, value)
  }

  doctor(): Promise<DoctorReport> {
    return this.#ask({}, (service, call) => service.doctor(call))
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#shutDown()
    return this.#disposing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  async #shutDown(): Promise<void> {
    // The worker drains its devices first: a GPU that is cut off may take the process with it.
    const drained = this.#service.dispose().catch(() => undefined)
    this.#end(new DisposedError('this worker'))
    await this.#worker.keepAlive(Promise.race([drained, this.#died]))
    this.#service[releaseProxy]()
    await this.#worker.terminate()
  }

  #refer(graph: Graph | WorkerGraph): GraphReference {
    if (graph instanceof Graph) return { block: graph.block }
    const isObject = typeof graph === 'object' && graph !== null
    const handle = isObject ? this.#handles.get(graph) : undefined
    if (handle !== undefined) return { handle }
    throw new TypeError(`"graph" expected Graph or WorkerGraph of this worker, got ${show(graph)}`)
  }

  /** One call: its abort, its end with the worker, its error as the class that it was. */
  async #ask<T>(
    { signal, onProgress, feeds = {} }: CallNeeds,
    call: (
      service: Remote<ApiService>,
      number: number,
      back: CallBack | undefined,
    ) => Promise<Reply<T>>,
  ): Promise<T> {
    checkSignal(signal)
    const number = ++this.#lastCall
    const abort = () => void this.#service.abort(number)
    const backing = createBacking(
      onProgress as ((progress: unknown) => void) | undefined,
      feeds,
      abort,
    )
    try {
      if (this.#disposing !== undefined) throw new DisposedError('this worker')
      signal?.throwIfAborted()
      signal?.addEventListener('abort', abort)
      const asked = call(this.#service, number, backing.callBack)
      const reply = await this.#worker.keepAlive(Promise.race([asked, this.#ended]))
      signal?.throwIfAborted()
      backing.throwIfFailed()
      if ('error' in reply) throw unpackError(reply.error)
      return reply.value
    } finally {
      signal?.removeEventListener('abort', abort)
      backing.close()
    }
  }
}

function checkDeviceKind(device: unknown): void {
  if (typeof device !== 'object') return
  throw new TypeError('"device" expected kind of device: a Device lives in another thread')
}

/**
 * This side's functions for one call. What they throw is thrown by the call, as it was; `onFailure`
 * is called to stop it.
 */
function createBacking(
  onProgress: ((progress: unknown) => void) | undefined,
  feeds: Partial<Record<SourceRole, Feed>>,
  onFailure: () => void,
) {
  let failure: { error: unknown } | undefined
  let closed = false
  const fail = (error: unknown) => {
    failure ??= { error }
    onFailure()
  }
  const callBack: CallBack = {
    report(progress) {
      if (closed || failure !== undefined) return
      try {
        onProgress?.(progress)
      } catch (error) {
        fail(error)
      }
    },
    async pull(role) {
      try {
        return closed ? undefined : await feeds[role]?.pull()
      } catch (error) {
        fail(error)
        return
      }
    },
  }
  const isNeeded = onProgress !== undefined || Object.values(feeds).some(Boolean)
  return {
    callBack: isNeeded ? proxy(callBack) : undefined,
    throwIfFailed() {
      if (failure !== undefined) throw failure.error
    },
    close() {
      closed = true
      for (const feed of Object.values(feeds)) feed?.close()
    },
  }
}
