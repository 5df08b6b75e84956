/**
 * What a pool's worker does for its coordinator, through comlink: one call per run, none per
 * superstep. With shared memory everything else goes through the control words; without it (a page
 * that is not cross-origin isolated) the memory is the worker's own, bytes travel by transfer, and
 * kernels run in slices so that messages get through.
 */

import { transfer } from 'comlink'
import { SLICE_MS } from '../limits.js'
import { monotonicMs } from '../time/system.js'
import { nextTurn } from '../turn.js'
import { ABORT, CONTROL_END, SLICE_BLOCKS, SNAPSHOT_STEP, SNAPSHOT_VALUE } from './control.js'
import type { Snapshot } from './pool.js'

/** Results of a kernel call; the same numbers as in assembly/control.ts. */
export const DONE = 0
const AGAIN = 1

/** Most blocks of a slice: those of the next phase may take longer than those just measured. */
const MOST_BLOCKS = 64

const PAGE_BYTES = 65_536

type Kernel = (thread: number, threads: number, parameters: number) => number

/** A kernel call on one worker. */
export interface StartRequest {
  kernel: string
  thread: number
  threads: number
  parameters: number
}

/** The calls that a coordinator makes. */
export interface PoolService {
  /**
   * Makes the kernels ready.
   *
   * @param memory the pool's shared memory; undefined makes a private one
   * @returns first address that may be handed out, and the memory's limit
   */
  open(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory | undefined,
  ): Promise<{ heapBase: number; limitBytes: number }>
  /** @returns the kernel's status: DONE, or ABORTED */
  start(request: StartRequest): Promise<number>
  abort(): void
  snapshot(): Snapshot
  /** Makes the private memory reach `byteLength`. */
  grow(byteLength: number): void
  write(address: number, bytes: Uint8Array): void
  read(address: number, byteLength: number): Uint8Array
}

/** A memory with as many pages as the host grants: some grant less than 4 GiB of addresses. */
export function createMemory(): { memory: WebAssembly.Memory; limitBytes: number } {
  for (let maximum = PAGE_BYTES; ; maximum /= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: 2, maximum, shared: true })
      return { memory, limitBytes: maximum * PAGE_BYTES }
    } catch (error) {
      if (!(error instanceof RangeError) || maximum <= 256) throw error
    }
  }
}

/** Makes `memory` reach `byteLength`; throws RangeError when the host has no more. */
export function growMemory(memory: WebAssembly.Memory, byteLength: number): void {
  const missing = byteLength - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
}

/** The service of one worker. */
export function createPoolService(): PoolService {
  let memory: WebAssembly.Memory
  let kernels: WebAssembly.Exports
  let isPrivate = false
  const bytes = (address: number, byteLength: number) =>
    new Uint8Array(memory.buffer, address, byteLength)
  const words = () => new Int32Array(memory.buffer, 0, CONTROL_END / 4)

  async function runInSlices(kernel: Kernel, request: StartRequest): Promise<number> {
    words().fill(0, ABORT / 4)
    for (let blocks = 1; ; ) {
      words()[SLICE_BLOCKS / 4] = Math.max(1, Math.floor(blocks))
      const startMs = monotonicMs()
      const status = kernel(request.thread, request.threads, request.parameters)
      if (status !== AGAIN) return status
      const tookMs = Math.max(0.01, monotonicMs() - startMs)
      blocks = Math.min(MOST_BLOCKS, blocks * Math.min(2, SLICE_MS / tookMs))
      await nextTurn()
    }
  }

  return {
    async open(module, shared) {
      isPrivate = shared === undefined
      const made = shared === undefined ? createMemory() : undefined
      memory = made?.memory ?? (shared as WebAssembly.Memory)
      const instance = await WebAssembly.instantiate(module, { env: { memory } })
      kernels = instance.exports
      const heapBase = (kernels.heapBase as () => number)()
      return { heapBase, limitBytes: made?.limitBytes ?? 0 }
    },
    async start(request) {
      const kernel = kernels[request.kernel] as Kernel | undefined
      if (typeof kernel !== 'function') throw new Error(`no kernel is called "${request.kernel}"`)
      if (isPrivate) return runInSlices(kernel, request)
      return kernel(request.thread, request.threads, request.parameters)
    },
    abort() {
      words()[ABORT / 4] = 1
    },
    snapshot() {
      const view = new DataView(memory.buffer)
      return {
        step: view.getInt32(SNAPSHOT_STEP, true),
        value: view.getFloat64(SNAPSHOT_VALUE, true),
      }
    },
    grow(byteLength) {
      growMemory(memory, byteLength)
    },
    write(address, source) {
      bytes(address, source.byteLength).set(source)
    },
    read(address, byteLength) {
      const copy = bytes(address, byteLength).slice()
      return transfer(copy, [copy.buffer])
    },
  }
}
