/**
 * How long submissions take on a GPU: by its own timestamps where it has them, which are written
 * before and behind the commands; by the host's clock otherwise. Only for submissions that somebody
 * wants to hear of: gpu.ts asks.
 */

import { telemetry } from '../../event-bus.js'
import { epochMs } from '../../time/system.js'
import { BUFFER_USAGE, MAP_MODE_READ, QUERY_RESOLVE } from './usage.js'

const NS_PER_MS = 1e6
const BYTES = 16

/** The feature to ask the adapter for. */
export const TIMESTAMPS = 'timestamp-query' satisfies GPUFeatureName

/** Whether submissions are to be timed. */
export function hearsPasses(): boolean {
  return telemetry.hears('device.pass_completed')
}

export class PassClock {
  readonly #device: GPUDevice
  /** From the GPU's clock to the host's, in nanoseconds: the least that was seen. */
  #offsetNs = Number.POSITIVE_INFINITY
  readonly #pending = new Set<Promise<void>>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /**
   * Adds what times the commands that `encode` adds.
   *
   * @returns to be called behind the submission: tells of it when it is done
   */
  time(
    pass: string,
    encoder: GPUCommandEncoder,
    encode: (encoder: GPUCommandEncoder) => void,
  ): () => void {
    const marks = this.#device.features.has(TIMESTAMPS) ? this.#marks() : undefined
    marks?.begin(encoder)
    encode(encoder)
    marks?.end(encoder)
    const startMs = epochMs()
    return () => {
      const told = this.#device.queue.onSubmittedWorkDone().then(async () => {
        const endMs = epochMs()
        const read = await marks?.read()
        if (read === undefined) tell(pass, 'host', endMs * NS_PER_MS, (endMs - startMs) * NS_PER_MS)
        else tell(pass, 'gpu', this.#hostTime(read.endNs, endMs), read.endNs - read.startNs)
      })
      // A device that is lost has other ways to say so.
      const settled = told.catch(() => {}).finally(() => this.#pending.delete(settled))
      this.#pending.add(settled)
    }
  }

  /** Resolves when all has been told. */
  async drained(): Promise<void> {
    await Promise.all(this.#pending)
  }

  /** The GPU was done before the host heard of it: the least difference is the best guess. */
  #hostTime(gpuNs: number, heardMs: number): number {
    this.#offsetNs = Math.min(this.#offsetNs, heardMs * NS_PER_MS - gpuNs)
    return gpuNs + this.#offsetNs
  }

  #marks() {
    const device = this.#device
    const querySet = device.createQuerySet({ type: 'timestamp', count: 2 })
    const usage = QUERY_RESOLVE | BUFFER_USAGE.COPY_SRC
    const resolved = device.createBuffer({ size: BYTES, usage })
    const readable = device.createBuffer({
      size: BYTES,
      usage: BUFFER_USAGE.COPY_DST | BUFFER_USAGE.MAP_READ,
    })
    const mark = (encoder: GPUCommandEncoder, timestampWrites: GPUComputePassTimestampWrites) =>
      encoder.beginComputePass({ timestampWrites }).end()
    return {
      begin: (encoder: GPUCommandEncoder) =>
        mark(encoder, { querySet, beginningOfPassWriteIndex: 0 }),
      end(encoder: GPUCommandEncoder) {
        mark(encoder, { querySet, endOfPassWriteIndex: 1 })
        encoder.resolveQuerySet(querySet, 0, 2, resolved, 0)
        encoder.copyBufferToBuffer(resolved, 0, readable, 0, BYTES)
      },
      async read(): Promise<{ startNs: number; endNs: number } | undefined> {
        try {
          await readable.mapAsync(MAP_MODE_READ)
          const [start, end] = new BigUint64Array(readable.getMappedRange())
          // Some drivers write none, or start again from 0.
          if (start === 0n || end < start) return undefined
          return { startNs: Number(start), endNs: Number(end) }
        } finally {
          for (const each of [querySet, resolved, readable]) each.destroy()
        }
      },
    }
  }
}

function tell(pass: string, clock: string, time: number, duration: number): void {
  if (!hearsPasses()) return
  telemetry.emit(
    'device.pass_completed',
    { time, duration },
    { device_kind: 'webgpu', pass, clock },
  )
}
