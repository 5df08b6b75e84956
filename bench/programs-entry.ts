/**
 * The entry `ticktickclock/programs`, looked for at run time: a package without it is measured
 * without PageRank. Replace by a plain import once every checkout has the entry.
 */

import type { Graph } from 'ticktickclock'

/** What the suite uses of it. */
export interface Programs {
  /** Module of the PageRank program, for threads. */
  pagerankModule: URL
  /** The graph in shared memory. */
  shareGraph(graph: Graph): Graph
}

/** Input of the PageRank program. */
export interface ProgramInput {
  graph: Graph
  tolerance?: number
  maxIterations?: number
}

/** Its result. */
export interface ProgramResult {
  ranks: Float64Array
  errorBound: number
  residual: number
}

/** The entry, or why there is none. */
export async function loadPrograms(): Promise<Programs | string> {
  const entry = 'ticktickclock/programs'
  try {
    return (await import(/* @vite-ignore */ entry)) as Programs
  } catch (error) {
    const { code = 'unknown' } = error as { code?: string }
    return `${entry}: not in this package (${code})`
  }
}
