/** Checkpoints as tests need them: all that a run takes, and damaged ones. */

import {
  type AnyComputation,
  type CheckpointStore,
  type RunOptions,
  type RunResult,
  run,
} from 'ticktickclock/bsp'
import { checksum } from '../../dist/bsp/checkpoint/checksum.js'

/** A store that keeps all it is given, newest last. */
export class KeepingStore implements CheckpointStore {
  readonly blocks: Uint8Array[] = []
  readonly supersteps: number[] = []

  async save(block: Uint8Array, { superstep }: { superstep: number }): Promise<void> {
    this.blocks.push(block)
    this.supersteps.push(superstep)
  }

  load = async (): Promise<Uint8Array | undefined> => this.blocks.at(-1)
}

/** A store that has this block, and forgets all others. */
export function storeOf(block: Uint8Array | undefined): CheckpointStore {
  return { save: async () => {}, load: async () => block }
}

/** Every checkpoint of a run on one thread. */
export async function blocksOf(
  computation: AnyComputation,
  options: RunOptions & { input?: unknown },
  every = 1,
): Promise<{ outcome: RunResult<unknown>; store: KeepingStore }> {
  const store = new KeepingStore()
  const checkpoint = { every, store }
  const outcome = await run(computation, { transport: 'inline', ...options, checkpoint })
  return { outcome, store }
}

/** The block as a newer version of the format would begin it. */
export function newerVersionOf(block: Uint8Array): Uint8Array {
  const newer = block.slice()
  const view = new DataView(newer.buffer)
  view.setUint32(8, 2, true)
  view.setUint32(28, checksum(newer.subarray(0, 28)), true)
  return newer
}
