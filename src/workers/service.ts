/**
 * What a pool's worker does for its coordinator, through comlink: one call per run, none per
 * superstep. With shared memory everything else goes through the control words; without it (a page
 * that is not cross-origin isolated) the memory is the worker's own, bytes travel by transfer, and
 * kernels run in slices so that messages get through.
 */

import { transfer } from 'comlink'
import { SLICE_MS } from '../limits.js'
import { packError } from '../packed-error.js'
import { monotonicMs } from '../time/system.js'
import { nextTurn } from '../turn.js'
import { ABORT, RUN_END, SLICE_BLOCKS, SNAPSHOT_STEP, SNAPSHOT_VALUE } from './control.js'
import { findJob, type Jobs } from './jobs.js'
import { AGAIN, type Kernel } from './kernel.js'
import { beginJob, type Workplace } from './local.js'
import type { JobRequest, PoolService, StartRequest } from './protocol.js'
import { createMemory, growMemory, initialiseTop } from './wasm-memory.js'

/** Most blocks of a slice: those of the next phase may take longer than those just measured. */
const MOST_BLOCKS = 64

/**
 * The service of one worker.
 *
 * @param jobs functions of jobs that need no module
 */
export function createPoolService(jobs: Jobs = {}): PoolService {
  let memory: WebAssembly.Memory
  let kernels: WebAssembly.Exports
  let isPrivate = false
  let openPlace: () => Promise<Workplace>
  const bytes = (address: number, byteLength: number) =>
    new Uint8Array(memory.buffer, address, byteLength)
  const words = () => new Int32Array(memory.buffer, 0, RUN_END / 4)

  const resetControl = () => words().fill(0, ABORT / 4)

  async function callJob({ thread, threads, ...job }: JobRequest, argument: unknown) {
    const call = await findJob(job, jobs)
    if (isPrivate) resetControl()
    const end = beginJob(await openPlace())
    try {
      return await call({ memory, thread, threads }, argument as never)
    } finally {
      await end()
    }
  }

  async function runInSlices(kernel: Kernel, request: StartRequest): Promise<number> {
    resetControl()
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
      kernels = await instantiate(module, memory)
      openPlace = isPrivate ? privatePlace(module, jobs) : async () => ({ memory, kernels, jobs })
      return { heapBase: heapBaseOf(kernels), limitBytes: made?.limitBytes ?? 0 }
    },
    async start(request) {
      const kernel = kernels[request.kernel] as Kernel | undefined
      if (typeof kernel !== 'function') throw new Error(`no kernel is called "${request.kernel}"`)
      if (isPrivate) return runInSlices(kernel, request)
      return kernel(request.thread, request.threads, request.parameters)
    },
    async runJob(request, argument) {
      try {
        return { value: await callJob(request, argument) }
      } catch (error) {
        return { error: packError(error) }
      }
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

async function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WebAssembly.Exports> {
  return (await WebAssembly.instantiate(module, { env: { memory } })).exports
}

function heapBaseOf(kernels: WebAssembly.Exports): number {
  return (kernels.heapBase as () => number)()
}

/**
 * Where devices compute that jobs open on a worker with a private memory: the coordinator keeps
 * that one's books, so they get a memory and an instance of their own, empty at each job.
 */
function privatePlace(module: WebAssembly.Module, jobs: Jobs): () => Promise<Workplace> {
  const { memory, limitBytes } = createMemory()
  const instance = instantiate(module, memory)
  return async () => {
    const kernels = await instance
    initialiseTop(memory, heapBaseOf(kernels), limitBytes)
    return { memory, kernels, jobs }
  }
}
