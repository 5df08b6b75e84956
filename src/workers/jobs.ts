/** Finds the function of a job, in a pool's worker: registered there, or exported by its module. */

import type { JobFunction, PoolJob } from './pool.js'

/** Functions by the names of their jobs. */
export type Jobs = Readonly<Record<string, JobFunction>>

const STOPPED = 'PoolRunStopped'

/** The error of a kernel that saw the abort flag inside a job. */
export function stopError(kernel: string): Error {
  const error = new Error(`kernel "${kernel}" was stopped before its end`)
  error.name = STOPPED
  return error
}

/** Whether an error only says that the run was ended elsewhere. */
export function isStop(error: unknown): boolean {
  return (error as Error).name === STOPPED
}

/** @throws Error that names the module when it can't be loaded, TypeError without such an export */
export async function findJob({ name, module }: PoolJob, registered: Jobs): Promise<JobFunction> {
  if (Object.hasOwn(registered, name)) return registered[name]
  const loaded = await load(name, module)
  const found = loaded[name]
  if (typeof found === 'function') return found as JobFunction
  throw new TypeError(`the module ${module} exports no function "${name}"`)
}

async function load(name: string, module: string): Promise<Record<string, unknown>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ module)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the module ${module} of job "${name}" can't be loaded: ${problem}`, { cause })
  }
}
