/**
 * The worker that computes for a page: opens devices (the GPU too), reads graphs, runs kernels. Its
 * calls come from client.ts through comlink.
 */

import { type Remote, releaseProxy, transfer } from 'comlink'
import type { Device, ResidentGraph } from '../devices/device.js'
import { doctor } from '../devices/doctor.js'
import { openDevice } from '../devices/open.js'
import { DisposedError } from '../errors.js'
import { Graph } from '../graph/csr.js'
import { readGraph } from '../graph/index.js'
import { pagerank } from '../kernels/pagerank/index.js'
import { packError, type Reply } from '../packed-error.js'
import type { ApiService, CallBack, GraphReference } from './protocol.js'
import { unpackSource } from './source.js'

interface Held {
  device: Device
  graph: ResidentGraph
}

/** The service of one worker. */
export function createApiService(): ApiService {
  const { reply, abort, abortAll } = createCalls()
  const held = new Map<number, Held>()
  let lastHandle = 0

  function inputOf(reference: GraphReference): Graph | ResidentGraph {
    if ('block' in reference) return Graph.fromBlock(reference.block, { trusted: true })
    const entry = held.get(reference.handle)
    if (entry === undefined) throw new DisposedError('this graph')
    return entry.graph
  }

  return {
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
function createCalls() {
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
    const result = (async () => run(controller.signal, linkTo(back)))()
    running.add(result)
    try {
      return { value: await result }
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

function linkTo(back: CallBack | undefined): Link {
  const remote = back as Remote<CallBack> | undefined
  const onProgress =
    remote && ((progress: unknown) => void remote.report(progress).catch(() => undefined))
  return { onProgress, pull: async (role) => remote?.pull(role) }
}

/** Moves the bytes of a reply instead of copying them, unless they are shared. */
function movingBuffer<T>(reply: T, view: ArrayBufferView | undefined): T {
  return transfer(reply, view?.buffer instanceof ArrayBuffer ? [view.buffer] : [])
}
