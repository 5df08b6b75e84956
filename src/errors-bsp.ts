/** Error classes of BSP programs; errors.ts has all. */

import { show } from './check.js'
import { TickTickClockError } from './errors-base.js'

/**
 * A definition that can't be a computation, or a workflow: says which, where in it, and the remedy.
 *
 * @example
 * ```ts
 * try {
 *   defineComputation({ name: 'idle', initialize: () => 0, supersteps: [] })
 * } catch (error) {
 *   if (error instanceof DefinitionError) console.log(error.message)
 * }
 * ```
 */
export class DefinitionError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_DEFINITION', message, options)
  }
}

/** Where in a run something happened. */
export interface RunPlace {
  computation: string
  /** Name of the superstep; undefined before the first and after the last. */
  superstep: string | undefined
  /** Supersteps finished before. */
  step: number
  rank: number
}

/** `computation "x", superstep "y" (number 3), rank 2`. */
function placeText({ computation, superstep, step, rank }: RunPlace): string {
  const where = superstep === undefined ? '' : `, superstep "${superstep}" (number ${step})`
  return `computation "${computation}"${where}, rank ${rank}`
}

/**
 * A part of a computation threw, or failed by `ctx.fail`: `cause` is what it threw.
 *
 * @example
 * ```ts
 * const picky = defineComputation({
 *   name: 'picky',
 *   initialize: (_input, ctx) => (ctx.rank === 1 ? ctx.fail('no input for me') : ctx.rank),
 *   supersteps: [{ name: 'rest', compute() {} }],
 * })
 * const error = await run(picky, { processors: 2 }).catch((error: unknown) => error)
 * if (error instanceof ProcessorError) console.log(error.rank, error.part) // 1 initialize
 * ```
 */
export class ProcessorError extends TickTickClockError {
  /** Name of the computation. */
  readonly computation: string
  /** Name of the superstep; undefined before the first and after the last. */
  readonly superstep: string | undefined
  /** Supersteps finished before. */
  readonly step: number
  readonly rank: number
  /** The function that threw: `compute`, `communicate`, … */
  readonly part: string

  constructor(place: RunPlace, part: string, problem: string, options?: { cause?: unknown }) {
    super('ERR_TTC_PROCESSOR', `${placeText(place)}: ${part} failed: ${problem}`, options)
    this.computation = place.computation
    this.superstep = place.superstep
    this.step = place.step
    this.rank = place.rank
    this.part = part
  }
}

/**
 * The messages of a superstep need more memory than the run may take for them.
 *
 * @example
 * ```ts
 * const chatty = defineComputation({
 *   name: 'chatty',
 *   message: message<Uint8Array>(),
 *   initialize: () => new Uint8Array(2 ** 20),
 *   supersteps: [{ name: 'send', compute() {}, communicate: (bytes, send) => send('all', bytes) }],
 * })
 * const options = { processors: 2, messageMemoryBytes: 2 ** 20 }
 * const error = await run(chatty, options).catch((error: unknown) => error)
 * if (error instanceof MessageLimitError) console.log(error.superstep, error.rank) // send 0
 * ```
 */
export class MessageLimitError extends TickTickClockError {
  readonly superstep: string | undefined
  readonly step: number
  readonly rank: number
  readonly limitBytes: number

  constructor(place: RunPlace, limitBytes: number, options?: { cause?: unknown }) {
    const remedy = 'raise "messageMemoryBytes", or send less at once'
    const what = place.superstep === undefined ? 'outputs of processors' : 'messages of a superstep'
    const problem = `the ${what} need more than ${limitBytes} bytes; ${remedy}`
    super('ERR_TTC_MESSAGE_LIMIT', `${placeText(place)}: ${problem}`, options)
    this.superstep = place.superstep
    this.step = place.step
    this.rank = place.rank
    this.limitBytes = limitBytes
  }
}

/**
 * Processors that did not reach a barrier in time.
 *
 * @example
 * ```ts
 * const stuck = defineComputation({
 *   name: 'stuck',
 *   initialize: (_input, ctx) => ctx.rank,
 *   supersteps: [{ name: 'wait', compute: (rank) => (rank === 1 ? new Promise(() => {}) : rank) }],
 * })
 * const options = { processors: 2, barrierTimeoutMs: 100 }
 * const error = await run(stuck, options).catch((error: unknown) => error)
 * if (error instanceof BarrierTimeoutError) console.log(error.missing[0].rank) // 1
 * ```
 */
export class BarrierTimeoutError extends TickTickClockError {
  readonly superstep: string
  readonly step: number
  readonly timeoutMs: number
  /** Ranks that had not arrived, and what each was doing. */
  readonly missing: readonly { rank: number; phase: string }[]

  constructor(
    where: Pick<BarrierTimeoutError, 'superstep' | 'step' | 'timeoutMs' | 'missing'> & {
      computation: string
    },
    options?: { cause?: unknown },
  ) {
    const { computation, superstep, step, timeoutMs, missing } = where
    const listed = missing.slice(0, 8).map(({ rank, phase }) => `rank ${rank} (${phase})`)
    if (missing.length > 8) listed.push(`${missing.length - 8} more`)
    super(
      'ERR_TTC_BARRIER_TIMEOUT',
      `computation "${computation}", superstep "${superstep}" (number ${step}): not at the ` +
        `barrier after ${timeoutMs} ms: ${listed.join(', ')}; if they only need longer, raise ` +
        '"barrierTimeoutMs"',
      options,
    )
    this.superstep = superstep
    this.step = step
    this.timeoutMs = timeoutMs
    this.missing = missing
  }
}

/**
 * A checkpoint that can't be taken, kept, or gone on from.
 *
 * @example
 * ```ts
 * const idle = defineComputation({
 *   name: 'idle',
 *   initialize: () => 0,
 *   supersteps: [{ name: 'rest', compute() {} }],
 * })
 * const error = await resume(idle, { store: memoryStore() }).catch((error: unknown) => error)
 * if (error instanceof CheckpointError) console.log(error.finding) // empty
 * ```
 */
export class CheckpointError extends TickTickClockError {
  /**
   * `empty`: the store has none. `damaged`: bytes are missing or wrong. `newer`: written by a newer
   * version of the package. `other`: of another computation, or of as many other processors.
   * `store`: the store failed; `cause` is its error.
   */
  readonly finding: 'empty' | 'damaged' | 'newer' | 'other' | 'store'

  constructor(finding: CheckpointError['finding'], message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_CHECKPOINT', message, options)
    this.finding = finding
  }
}

/**
 * A collective used against its rules: a wrong count of chunks, operations that differ, nothing.
 * Thrown inside a program, so it is the `cause` of the run's `ProcessorError`.
 *
 * @example
 * ```ts
 * const rows = allToAll<number>('rows')
 * const program = defineComputation({
 *   name: 'too few',
 *   initialize: (_input, ctx) => ctx.rank,
 *   supersteps: [{ name: 'turn', compute() {}, communicate: (_, send) => rows.send(send, [1]) }],
 * })
 * const error = await run(program, { processors: 2 }).catch((error: unknown) => error)
 * const { cause } = error as ProcessorError
 * console.log(cause instanceof CollectiveError) // true
 * ```
 */
export class CollectiveError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_COLLECTIVE', message, options)
  }
}

/**
 * A variant of a kind that no case is for: thrown by `match`.
 *
 * @example
 * ```ts
 * type State = { kind: 'busy'; work: number } | { kind: 'idle' }
 * const read: State = JSON.parse('{ "kind": "paused" }') // nobody checked
 * try {
 *   match(read, { busy: ({ work }) => work, idle: () => 0 })
 * } catch (error) {
 *   if (error instanceof VariantError) console.log(error.kind, error.cases)
 *   // paused [ 'busy', 'idle' ]
 * }
 * ```
 */
export class VariantError extends TickTickClockError {
  /** The `kind` that was found. */
  readonly kind: string
  /** Kinds that there are functions for. */
  readonly cases: readonly string[]

  constructor(kind: string, cases: readonly string[], options?: { cause?: unknown }) {
    const listed = cases.length === 0 ? 'none' : cases.map((each) => `"${each}"`).join(', ')
    super(
      'ERR_TTC_VARIANT',
      `no case for kind ${show(kind)}; there are ${listed}: add one, or "_" for all others`,
      options,
    )
    this.kind = kind
    this.cases = cases
  }
}
