/**
 * The worker that computes for a page: opens devices (the GPU too), reads graphs, runs kernels. Its
 * calls come from client.ts through comlink.
 */

import { type Remote, releaseProxy, transfer } from 'comlink'
import { configure } from '../config.js'
import type { Device, ResidentGraph } from '../devices/device.js'
import { doctor } from '../devices/doctor.js'
import { openDevice } from '../devices/open.js'
import { DisposedError } from '../errors.js'
import { Graph } from '../graph/csr.js'
import { readGraph } from '../graph/index.js'
import { histogram } from '../kernels/histogram/index.js'
import { pagerank } from '../kernels/pagerank/index.js'
import type { KernelRun } from '../kernels/place.js'
import { reduce, reduceColumn } from '../kernels/reduce/index.js'
import { scan } from '../kernels/scan/index.js'
import { searchSorted } from '../kernels/search/index.js'
import { argsort, sort, sortPairs } from '../kernels/sort/index.js'
import { convertTimestamps } from '../kernels/timestamps/index.js'
import { topK } from '../kernels/topk/index.js'
import { unique } from '../kernels/unique/index.js'
import { packError, type Reply } from '../packed-error.js'
import type { ArrayCallName } from './arrays.js'
import type { ApiService, CallBack, GraphReference } from './protocol.js'
import { unpackSource } from './source.js'

interface Held {
  device: Device
  graph: ResidentGraph
}

/** The calls over arrays, by name. */
const ARRAY_CALLS = {
  ...{ sort, argsort, sortPairs, topK, unique, searchSorted },
  ...{ scan, reduce, reduceColumn, histogram, convertTimestamps },
} satisfies Record<ArrayCallName, unknown>

/**
 * The service of one worker.
 *
 * @param ready nothing is answered before: when the page would hear of the worker's end
 */
export function createApiService(ready: Promise<void> = Promise.resolve()): ApiService {
  const { reply, abort, abortAll } = createCalls(ready)
  const held = new Map<number, Held>()
  let lastHandle = 0

  function inputOf(reference: GraphReference): Graph | ResidentGraph {
    if ('block' in reference) return Graph.fromBlock(reference.block, { trusted: true })
    const entry = held.get(reference.handle)
    if (entry === undefined) throw new DisposedError('this graph')
    return entry.graph
  }

  return {
    async configure(settings) {
      configure(settings)
      await ready
    },
    async readGraph(call, { edges, vertices }, options, back) {
      const result = await reply(call, back, async (signal, { onProgress, pull }) => {
        const graph = await readGraph(
          unpackSource(edges, () => pull('edges')),
          {
            ...options,
            vertices: vertices && unpackSource(vertices, () => pull('vertices')),
            signal,
            onProgress,
          },
        )
        return graph.block
      })
      return movingBuffer(result, 'value' in result ? result.value : undefined)
    },
    upload(call, block, options) {
      return reply(call, undefined, async (signal) => {
        const device = await openDevice(options)
        try {
          const graph = await device.upload(Graph.fromBlock(block, { trusted: true }), { signal })
          held.set(++lastHandle, { device, graph })
          return { handle: lastHandle, info: device.info }
        } catch (error) {
          await device.dispose()
          throw error
        }
      })
    },
    async pagerank(call, reference, options, back) {
      const result = await reply(call, back, (signal, { onProgress }) =>
        pagerank(inputOf(reference), { ...options, signal, onProgress }),
      )
      return movingBuffer(result, 'value' in result ? result.value.ranks : undefined)
    },
    async compute(call, name, values, options, back) {
      const result = await reply(call, back, async (signal, { onProgress }) => {
        const kernel = ARRAY_CALLS[name] as (...args: unknown[]) => Promise<unknown>
        let run: KernelRun | undefined
        const onRun = (ran: KernelRun) => {
          run = ran
        }
        const value = await kernel(...values, { ...options, signal, onProgress, onRun })
        return { value, run }
      })
      return transfer(result, 'value' in result ? buffersOf(result.value.value) : [])
    },
    doctor: (call) => reply(call, undefined, () => doctor()),
    release(call, handle) {
      return reply(call, undefined, async () => {
        const entry = held.get(handle)
        held.delete(handle)
        await entry?.device.dispose()
      })
    },
    abort,
    async dispose() {
      await abortAll()
      const devices = [...held.values()].map(({ device }) => device)
      held.clear()
      await Promise.all(devices.map((device) => device.dispose()))
    },
  }
}

/** What a running call has of its page. */
interface Link {
  onProgress: ((progress: unknown) => void) | undefined
  pull: CallBack['pull']
}

/** The calls that run now, each of which can be aborted by its number. */
function createCalls(ready: Promise<void>) {
  const controllers = new Map<number, AbortController>()
  const running = new Set<Promise<unknown>>()

  /** Runs a call, packs what it returns or throws, and lets go of its page's functions. */
  async function reply<T>(
    call: number,
    back: CallBack | undefined,
    run: (signal: AbortSignal, link: Link) => Promise<T>,
  ): Promise<Reply<T>> {
    const controller = new AbortController()
    controllers.set(call, controller)
    const { link, reported } = linkTo(back)
    const result = ready.then(() => run(controller.signal, link))
    running.add(result)
    try {
      const value = await result
      await reported()
      return { value }
    } catch (error) {
      return { error: packError(error) }
    } finally {
      controllers.delete(call)
      running.delete(result)
      // Closes its port, which would keep Node running.
      ;(back as Remote<CallBack> | undefined)?.[releaseProxy]()
    }
  }

  return {
    reply,
    abort(call: number): void {
      controllers.get(call)?.abort()
    },
    async abortAll(): Promise<void> {
      for (const controller of controllers.values()) controller.abort()
      await Promise.allSettled(running)
    },
  }
}

/** The link, and a wait until the page has got all reports: the reply must not overtake them. */
function linkTo(back: CallBack | undefined): { link: Link; reported(): Promise<void> } {
  const remote = back as Remote<CallBack> | undefined
  let last: Promise<void> | undefined
  const onProgress =
    remote &&
    ((progress: unknown) => {
      last = remote.report(progress).catch(() => undefined)
    })
  const link: Link = { onProgress, pull: async (role) => remote?.pull(role) }
  return { link, reported: async () => last }
}

/** The memory of a result's arrays, to be moved. */
function buffersOf(value: unknown): ArrayBuffer[] {
  const parts = ArrayBuffer.isView(value) ? [value] : Object.values(value as object)
  const buffers = parts.map((part: Partial<ArrayBufferView>) => part.buffer)
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer)
}

/** Moves the bytes of a reply instead of copying them, unless they are shared. */
function movingBuffer<T>(reply: T, view: ArrayBufferView | undefined): T {
  return transfer(reply, view?.buffer instanceof ArrayBuffer ? [view.buffer] : [])
}
