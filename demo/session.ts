/**
 * The page's work, all of it done by one worker: reads the flights, ranks them step by step so that
 * people can watch, and measures whole calls after checking their answers.
 */

import type { DoctorReport, Graph, PagerankResult, Precision, Timings } from 'ticktickclock'
import { connectWorker, type WorkerClient, type WorkerGraph } from 'ticktickclock/worker'
import { FLIGHTS_FILE } from './data.js'
import type { Choice } from './devices.js'

export type Ranks = PagerankResult['ranks']

/** One iteration. */
export interface Step {
  iteration: number
  ranks: Ranks
  residual: number
}

/** Whole calls on one device. */
export interface Measurement {
  result: PagerankResult
  /** Of the call of median length, upload included. */
  timings: Timings
  totalMs: number
  callCount: number
  /** L1 distance to the ranks of plain JavaScript. */
  distance: number
  /** What the error bounds of both results allow. */
  allowed: number
}

/** Where a run stops by itself. */
export const MOST_STEPS = 200
/** Residual at which ranks count as converged: the package's defaults. */
export const TOLERANCES: Readonly<Record<Precision, number>> = {
  ...{ f64: 1e-10, f32: 1e-6, exact: 1e-10 },
}

/** The steps start slow enough to be watched, and nobody wants to wait for the last ones. */
const FIRST_PAUSE_MS = 220
const SHORTEST_PAUSE_MS = 30
const PAUSE_RATIO = 0.87

/** Calls that are measured, after one to warm up. */
const MOST_CALLS = 7
const PATIENCE_MS = 600

export class Session {
  readonly graph: Graph
  readonly report: DoctorReport
  readonly #worker: WorkerClient
  #held: { id: Choice['id']; graph: WorkerGraph } | undefined
  #reference: { damping: number; result: PagerankResult } | undefined

  private constructor(worker: WorkerClient, graph: Graph, report: DoctorReport) {
    this.#worker = worker
    this.graph = graph
    this.report = report
  }

  static async open(): Promise<Session> {
    const worker = await connectWorker()
    try {
      const graph = await worker.readGraph(FLIGHTS_FILE, { weights: 'count' })
      return new Session(worker, graph, await worker.doctor())
    } catch (error) {
      worker.dispose().catch(() => undefined)
      throw error
    }
  }

  dispose(): Promise<void> {
    return this.#worker.dispose()
  }

  /**
   * Ranks one iteration a call, from `start` or from equal ranks, with pauses to watch.
   *
   * @returns whether it converged
   */
  async rankInSteps(
    choice: Choice,
    damping: number,
    start: Ranks | undefined,
    signal: AbortSignal,
    onStep: (step: Step) => void,
  ): Promise<boolean> {
    const { precision } = choice
    const held = await this.#hold(choice)
    let ranks = start
    let pauseMs = FIRST_PAUSE_MS
    for (let iteration = 1; iteration <= MOST_STEPS; iteration++) {
      const options = { iterations: 1, start: ranks, damping, precision, signal }
      const result = await this.#worker.pagerank(held, options)
      ranks = result.ranks
      onStep({ iteration, ranks, residual: result.residual })
      if (result.residual <= TOLERANCES[precision]) return true
      await pause(pauseMs, signal)
      pauseMs = Math.max(SHORTEST_PAUSE_MS, pauseMs * PAUSE_RATIO)
    }
    return false
  }

  /** Whole calls, each with its own upload, and how far the answer is from plain JavaScript's. */
  async measure(choice: Choice, damping: number, signal: AbortSignal): Promise<Measurement> {
    const reference = await this.#referenceFor(damping, signal)
    const { options, precision } = choice
    const call = () =>
      this.#worker.pagerank(this.graph, {
        device: options.kind,
        threads: options.threads,
        damping,
        precision,
        signal,
      })
    const result = await call()
    const calls: PagerankResult[] = []
    const startMs = performance.now()
    while (calls.length === 0 || (calls.length < MOST_CALLS && since(startMs) < PATIENCE_MS)) {
      calls.push(await call())
    }
    calls.sort((a, b) => totalOf(a) - totalOf(b))
    const median = calls[Math.floor((calls.length - 1) / 2)]
    const differences = Array.from(result.ranks, (rank, v) => Math.abs(rank - reference.ranks[v]))
    return {
      result,
      timings: median.timings,
      totalMs: totalOf(median),
      callCount: calls.length,
      distance: differences.reduce((sum, difference) => sum + difference, 0),
      allowed: result.errorBound + reference.errorBound,
    }
  }

  /** The graph on this device; the one before is given back. */
  async #hold({ id, options }: Choice): Promise<WorkerGraph> {
    if (this.#held?.id === id) return this.#held.graph
    const before = this.#held
    this.#held = undefined
    await before?.graph.dispose()
    const graph = await this.#worker.upload(this.graph, options)
    this.#held = { id, graph }
    return graph
  }

  async #referenceFor(damping: number, signal: AbortSignal): Promise<PagerankResult> {
    if (this.#reference?.damping !== damping) {
      const options = { device: 'reference', damping, signal } as const
      this.#reference = { damping, result: await this.#worker.pagerank(this.graph, options) }
    }
    return this.#reference.result
  }
}

function totalOf({ timings }: PagerankResult): number {
  return timings.uploadMs + timings.prepareMs + timings.computeMs + timings.readMs
}

function since(startMs: number): number {
  return performance.now() - startMs
}

/** Waits; rejects with the signal's reason as soon as it is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
