/**
 * The worker that computes for a page: opens devices (the GPU too), reads graphs, runs kernels. Its
 * calls come from client.ts through comlink.
 */

import { transfer } from 'comlink'
import type { Device, ResidentGraph } from '../devices/device.js'
import { openDevice } from '../devices/open.js'
import { Graph } from '../graph/csr.js'
import { type GraphSource, readGraph } from '../graph/index.js'
import { pagerank } from '../kernels/pagerank/index.js'
import { type ApiService, type GraphReference, packError, type Reply } from './protocol.js'

interface Held {
  device: Device
  graph: ResidentGraph
}

/** The service of one worker. */
export function createApiService(): ApiService {
  const calls = new Map<number, AbortController>()
  const running = new Set<Promise<unknown>>()
  const held = new Map<number, Held>()
  let lastHandle = 0

  /** Runs a call that `abort(call)` can stop, and packs what it returns or throws. */
  async function reply<T>(
    call: number,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<Reply<T>> {
    const controller = new AbortController()
    calls.set(call, controller)
    const result = run(controller.signal)
    running.add(result)
    try {
      return { value: await result }
    } catch (error) {
      return { error: packError(error) }
    } finally {
      calls.delete(call)
      running.delete(result)
    }
  }

  function inputOf(reference: GraphReference): Graph | ResidentGraph {
    if ('block' in reference) return Graph.fromBlock(reference.block, { trusted: true })
    return (held.get(reference.handle) as Held).graph
  }

  return {
    async readGraph(call, source, options, onProgress) {
      const result = await reply(call, async (signal) => {
        const graph = await readGraph(source as GraphSource, { ...options, signal, onProgress })
        return graph.block
      })
      const buffer = 'value' in result ? result.value.buffer : undefined
      return transfer(result, buffer instanceof ArrayBuffer ? [buffer] : [])
    },
    upload(call, block, options) {
      return reply(call, async (signal) => {
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
    async pagerank(call, reference, options, onProgress) {
      const result = await reply(call, (signal) =>
        pagerank(inputOf(reference), { ...options, signal, onProgress }),
      )
      return transfer(result, 'value' in result ? [result.value.ranks.buffer as ArrayBuffer] : [])
    },
    release(handle) {
      return reply(-1, async () => {
        const entry = held.get(handle)
        held.delete(handle)
        await entry?.device.dispose()
      })
    },
    abort(call) {
      calls.get(call)?.abort()
    },
    async dispose() {
      for (const controller of calls.values()) controller.abort()
      await Promise.allSettled(running)
      const devices = [...held.values()].map(({ device }) => device)
      held.clear()
      await Promise.all(devices.map((device) => device.dispose()))
    },
  }
}
