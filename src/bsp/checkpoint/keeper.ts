/**
 * The coordinator's side of checkpoints: puts the members' sections together, gives the block to
 * the store, and gets the newest one back. One keeper a run, restarts included.
 */

import { CheckpointError } from '../../errors.js'
import type { ComputationDescription } from '../types.js'
import { buildBlock, type CheckpointDescription, type OpenBlock, openBlock } from './block.js'
import type { CheckpointStore } from './store.js'

/** What messages call a store's checkpoint; stores with better names throw themselves. */
const NAME = 'the newest checkpoint of the store'

export class CheckpointKeeper {
  readonly #store: CheckpointStore
  readonly #description: Omit<CheckpointDescription, 'superstep'>
  #hasOwn: boolean
  #saving: { superstep: number; done: Promise<void> } | undefined
  #error: CheckpointError | undefined

  /**
   * @param description of the run
   * @param hasOwn whether the store has a checkpoint of this run already
   */
  constructor(
    store: CheckpointStore,
    description: Omit<CheckpointDescription, 'superstep'>,
    hasOwn: boolean,
  ) {
    this.#store = store
    this.#description = description
    this.#hasOwn = hasOwn
  }

  /** Whether there is one to go on from. */
  get hasOwn(): boolean {
    return this.#hasOwn
  }

  /** The checkpoint that the store is busy with. `done` doesn't reject. */
  get saving(): { superstep: number; done: Promise<void> } | undefined {
    return this.#saving
  }

  /** What the store failed with. */
  get error(): CheckpointError | undefined {
    return this.#error
  }

  /**
   * @param onKept called when the store has it, before `saving` says so
   * @throws CheckpointError when the store fails
   */
  async save(
    superstep: number,
    sections: readonly Uint8Array[],
    onKept: (bytes: number) => void = () => {},
  ): Promise<void> {
    const work = this.#give(superstep, sections, onKept)
    const saving = { superstep, done: work.catch(() => {}) }
    this.#saving = saving
    await work
  }

  async #give(
    superstep: number,
    sections: readonly Uint8Array[],
    onKept: (bytes: number) => void,
  ): Promise<void> {
    try {
      const block = await buildBlock({ ...this.#description, superstep }, sections)
      await this.#store.save(block, { superstep, isFirst: !this.#hasOwn })
      this.#hasOwn = true
      onKept(block.byteLength)
    } catch (cause) {
      this.#error = storeFailed(`keep the checkpoint of superstep ${superstep}`, cause)
      throw this.#error
    } finally {
      this.#saving = undefined
    }
  }

  /** The newest checkpoint of this run. @throws CheckpointError */
  newest(): Promise<OpenBlock> {
    return openNewest(this.#store, this.#description.computation)
  }
}

function storeFailed(what: string, cause: unknown): CheckpointError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new CheckpointError('store', `the store can't ${what}: ${text}`, { cause })
}

/**
 * The newest checkpoint of a store, found whole, and of this computation.
 *
 * @throws CheckpointError
 */
export async function openNewest(
  store: CheckpointStore,
  computation: ComputationDescription,
): Promise<OpenBlock> {
  const block = await loadFrom(store)
  const opened = await openBlock(block, NAME)
  const found = opened.description.computation
  const difference = differenceOf(found, computation)
  if (difference === undefined) return opened
  throw new CheckpointError(
    'other',
    `the checkpoint is of computation "${found.name}", and can't go on as ` +
      `"${computation.name}": ${difference}`,
  )
}

async function loadFrom(store: CheckpointStore): Promise<Uint8Array> {
  let block: unknown
  try {
    block = await store.load()
  } catch (error) {
    throw error instanceof CheckpointError ? error : storeFailed('give a checkpoint back', error)
  }
  if (block instanceof Uint8Array) return block
  if (block === undefined) {
    throw new CheckpointError('empty', 'the store has no checkpoint: start with run()')
  }
  throw storeFailed('give a checkpoint back', new TypeError('load() must return a Uint8Array'))
}

/** What keeps a state of one from being a state of the other, in words. */
function differenceOf(
  found: ComputationDescription,
  wanted: ComputationDescription,
): string | undefined {
  const listed = ({ supersteps }: ComputationDescription) =>
    supersteps.map(({ name }) => `"${name}"`).join(', ')
  const messages = ({ message }: ComputationDescription) =>
    message === 'plain' ? 'plain values' : JSON.stringify(Object.entries(message))
  const restores = ({ parts }: ComputationDescription) => parts.includes('restore')
  if (found.name !== wanted.name) return 'another name'
  if (listed(found) !== listed(wanted)) {
    return `its supersteps were ${listed(found)}, not ${listed(wanted)}`
  }
  if (messages(found) !== messages(wanted)) {
    return `its messages were ${messages(found)}, not ${messages(wanted)}`
  }
  if (restores(found) === restores(wanted)) return undefined
  return `it was saved ${restores(found) ? 'by' : 'without'} a part "save"`
}
