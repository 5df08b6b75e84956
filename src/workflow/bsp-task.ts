/** BSP programs as tasks: options are checked with the definition, the run is that of `run`. */

import { run } from '../bsp/coordinator.js'
import { checkRunOptions, type RunOptions } from '../bsp/options.js'
import { type AnyComputation, transportFor } from '../bsp/start.js'
import { checkCallback } from '../check.js'
import type { PerformContext } from './node.js'

/** A BSP task, as it was defined. */
export interface BspDefinition {
  computation: unknown
  input?: (inputs: never) => unknown
  options: RunOptions
}

/** @throws TypeError, RangeError, NotSupportedError as `run` does */
export function checkBspDefinition({ computation, input, options }: BspDefinition): void {
  checkCallback('input', input)
  checkRunOptions(options, 1)
  transportFor(computation, options.transport, options.workerFactory !== undefined)
}

/** Runs it to its end. */
export async function runBspTask(
  { computation, input, options }: BspDefinition,
  inputs: never,
  { signal, telemetry, runtime }: PerformContext,
): Promise<unknown> {
  const given = { ...options, signal, telemetry, input: await input?.(inputs) }
  const what = computation as AnyComputation
  return await (runtime === undefined ? run(what, given) : runtime.run(what, given))
}
