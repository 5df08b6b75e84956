/** What a run is to do, before it does it: a new one, and one that goes on from a checkpoint. */

import { checkOptions } from '../check.js'
import { CheckpointError } from '../errors.js'
import type { OpenBlock } from './checkpoint/block.js'
import { CheckpointKeeper, openNewest } from './checkpoint/keeper.js'
import type { CheckpointStore } from './checkpoint/store.js'
import { loadComputation } from './load.js'
import {
  checkRunOptions,
  checkStore,
  RUN_OPTIONS,
  type RunOptions,
  type Settings,
} from './options.js'
import type { Computation } from './types.js'

/** A run that could begin. */
export interface Plan {
  computation: Computation
  settings: Settings
  /** The checkpoint that it begins with; undefined: with the input. */
  from: OpenBlock | undefined
  /** Takes checkpoints; undefined: none are taken. */
  keeper: CheckpointKeeper | undefined
}

/** Options of `resume`, besides the input. */
export interface ResumeOptions extends Omit<RunOptions, 'checkpoint' | 'seed'> {
  /** Where the checkpoints are; further ones go there too. */
  store: CheckpointStore
  /** Supersteps from one checkpoint to the next. Default: as before. */
  every?: number
  /** As of `checkpoint` of `run`. Default 3. */
  maxRestarts?: number
}

const OF_CHECKPOINTS = ['store', 'every', 'maxRestarts']

/** A run from its input. */
export async function planRun(what: unknown, settings: Settings): Promise<Plan> {
  const computation = await loadComputation(what)
  return { computation, settings, from: undefined, keeper: keeperOf(computation, settings, false) }
}

/**
 * What can be known of a resumed run's options before its checkpoint is there.
 *
 * @throws TypeError, RangeError
 */
export function checkResumeOptions(options: ResumeOptions, hostProcessors: number): Settings {
  const known = RUN_OPTIONS.filter((name) => name !== 'checkpoint' && name !== 'seed')
  checkOptions('options', options, [...OF_CHECKPOINTS, ...known])
  checkStore(options.store)
  return checkRunOptions(asRunOptions(options), hostProcessors)
}

/**
 * A run from the newest checkpoint of a store. What that says holds, unless the options say else.
 *
 * @throws CheckpointError
 */
export async function planResume(
  what: unknown,
  options: ResumeOptions,
  hostProcessors: number,
): Promise<Plan> {
  const computation = await loadComputation(what)
  const from = await openNewest(options.store, computation.describe())
  const { processors, seed, settings: saved } = from.description
  if (options.processors !== undefined && options.processors !== processors) {
    throw new CheckpointError(
      'other',
      `the checkpoint is of ${processors} processors, not of ${options.processors}: a resumed ` +
        'run has as many as before, leave "processors" out',
    )
  }
  const { every, ...before } = saved
  // An option that is undefined is one that was left out.
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const merged = { every, ...before, ...Object.fromEntries(given), store: options.store }
  const settings = checkRunOptions({ ...asRunOptions(merged), processors, seed }, hostProcessors)
  return { computation, settings, from, keeper: keeperOf(computation, settings, true) }
}

function asRunOptions({ store, every, maxRestarts, ...options }: ResumeOptions): RunOptions {
  return { ...options, checkpoint: { store, every, maxRestarts } }
}

function keeperOf(
  computation: Computation,
  settings: Settings,
  hasOwn: boolean,
): CheckpointKeeper | undefined {
  const { checkpoint, processors, seed } = settings
  if (checkpoint === undefined) return undefined
  const { maxSupersteps, barrierTimeoutMs, messageMemoryBytes } = settings
  const kept = { every: checkpoint.every, maxSupersteps, barrierTimeoutMs, messageMemoryBytes }
  const description = { computation: computation.describe(), processors, seed, settings: kept }
  return new CheckpointKeeper(checkpoint.store, description, hasOwn)
}
