/**
 * Every error class of the package. Each has a stable `code`, may carry a `cause`, and its message
 * says what was expected, what was found and what to do. Wrong argument kinds are plain
 * `TypeError`s and wrong argument values plain `RangeError`s (see check.ts).
 */

/**
 * Base class: `instanceof TickTickClockError` catches everything that the package names itself.
 *
 * @example
 * ```ts
 * try {
 *   await readGraph('missing.csv')
 * } catch (error) {
 *   if (error instanceof TickTickClockError) console.log(error.code) // ERR_TTC_GRAPH_SOURCE
 * }
 * ```
 */
export class TickTickClockError extends Error {
  /** Stable, machine-readable name of the kind of error, for example `ERR_TTC_GRAPH_FORMAT`. */
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = nameOf(code)
    this.code = code
  }
}

/** `ERR_TTC_GRAPH_FORMAT` → `GraphFormatError`: minifiers rename classes, not codes. */
function nameOf(code: string): string {
  const words = code.replace(/^ERR_TTC_/, '').toLowerCase()
  return `${words.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())}Error`
}

/**
 * A call on something whose `dispose()` was called already, or was called during the call.
 *
 * @example
 * ```ts
 * const device = await openDevice({ kind: 'reference' })
 * await device.dispose()
 * const gone = await device.upload(Float64Array.of(1)).catch((error: unknown) => error)
 * console.log(gone instanceof DisposedError) // true
 * ```
 */
export class DisposedError extends TickTickClockError {
  constructor(what: string, options?: { cause?: unknown }) {
    super('ERR_TTC_DISPOSED', `${what} is disposed; open a new one`, options)
  }
}

/**
 * What was asked for exceeds a limit of the device; nothing was taken before it was thrown.
 *
 * @example
 * ```ts
 * const device = await openDevice({ kind: 'wasm' })
 * const error = await device.alloc('f64', 2 ** 30).catch((error: unknown) => error)
 * if (error instanceof MemoryLimitError) console.log(error.limitBytes) // 4294967296
 * await device.dispose()
 * ```
 */
export class MemoryLimitError extends TickTickClockError {
  /** Bytes that the work needs. */
  readonly neededBytes: number
  /** Bytes that the device offers; 0 when nobody can tell. */
  readonly limitBytes: number
  /** What would work instead, in words. */
  readonly alternatives: readonly string[]

  constructor(
    what: string,
    details: {
      neededBytes: number
      limitBytes: number
      alternatives: readonly string[]
      cause?: unknown
    },
  ) {
    const { neededBytes, limitBytes, alternatives, ...options } = details
    const remedy = alternatives.length > 0 ? `; instead: ${alternatives.join(', or ')}` : ''
    const limit = limitBytes > 0 ? `the limit is ${limitBytes} bytes` : 'more than is free'
    super('ERR_TTC_MEMORY_LIMIT', `${what} needs ${neededBytes} bytes, ${limit}${remedy}`, options)
    this.neededBytes = neededBytes
    this.limitBytes = limitBytes
    this.alternatives = alternatives
  }
}

/**
 * A device that is not to be had here; the message says why and what to install.
 *
 * @example
 * ```ts
 * const device = await openDevice({ kind: 'webgpu' }).catch((error: unknown) => {
 *   if (error instanceof DeviceUnavailableError) return openDevice({ kind: 'wasm' })
 *   throw error
 * })
 * await device.dispose()
 * ```
 */
export class DeviceUnavailableError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_DEVICE_UNAVAILABLE', message, options)
  }
}

/**
 * A device that stopped working while it was in use: a lost GPU, a worker that died.
 *
 * @example
 * ```ts
 * const values = Float64Array.of(3, 1, 2)
 * const sorted = await sort(values, { device: 'wasm' }).catch((error: unknown) => {
 *   if (error instanceof DeviceLostError) return sort(values) // on a new one
 *   throw error
 * })
 * ```
 */
export class DeviceLostError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_DEVICE_LOST', message, options)
  }
}

/**
 * What nothing here offers: f64 on a device without it, a graph with names in a format that has no
 * place for them.
 *
 * @example
 * ```ts
 * const options = { kind: 'reference', threads: 2 } as const // has one thread, the caller's
 * const error = await openDevice(options).catch((error: unknown) => error)
 * if (error instanceof NotSupportedError) console.log(error.code) // ERR_TTC_NOT_SUPPORTED
 * ```
 */
export class NotSupportedError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_NOT_SUPPORTED', message, options)
  }
}

/**
 * A graph file that can't be read: says file, line, the text found there and the remedy.
 *
 * @example
 * ```ts
 * const text = new TextEncoder().encode('1 2\n2 -3\n')
 * const error = await readGraph(text, { name: 'web.txt' }).catch((error: unknown) => error)
 * if (error instanceof GraphFormatError) console.log(error.file, error.line) // web.txt 2
 * ```
 */
export class GraphFormatError extends TickTickClockError {
  /** Name of the input as given: a path, a URL, or `(input)`. */
  readonly file: string
  /** 1-based line number, where one line is to blame. */
  readonly line: number | undefined

  constructor(
    where: { file: string; line?: number; text?: string },
    problem: string,
    options?: { cause?: unknown },
  ) {
    const place = where.line === undefined ? where.file : `${where.file}:${where.line}`
    const quoted = where.text === undefined ? '' : ` (${quoteExcerpt(where.text)})`
    super('ERR_TTC_GRAPH_FORMAT', `${place}: ${problem}${quoted}`, options)
    this.file = where.file
    this.line = where.line
  }
}

/**
 * A graph's bytes that can't be had: no such file, a server's refusal, a stream that failed.
 *
 * @example
 * ```ts
 * const error = await readGraph('missing.csv').catch((error: unknown) => error)
 * if (error instanceof GraphSourceError) console.log(error.message)
 * ```
 */
export class GraphSourceError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_GRAPH_SOURCE', message, options)
  }
}

/** A place that no graph can be written to: no such folder, no permission, a full disk. */
export class GraphTargetError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_GRAPH_TARGET', message, options)
  }
}

/**
 * A block of bytes that has no proper header, is damaged, or comes from a newer version.
 *
 * @example
 * ```ts
 * try {
 *   Graph.fromBlock(new Uint8Array(64))
 * } catch (error) {
 *   if (error instanceof BlockFormatError) console.log(error.code) // ERR_TTC_BLOCK_FORMAT
 * }
 * ```
 */
export class BlockFormatError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_BLOCK_FORMAT', message, options)
  }
}

/**
 * A column of timestamps with a value that can't be converted as asked: says which, and why.
 *
 * @example
 * ```ts
 * const stamps = ['2026-02-28', '2026-02-30']
 * const options = { from: 'iso8601', to: 'unix-ms' } as const
 * const error = await convertTimestamps(stamps, options).catch((error: unknown) => error)
 * if (error instanceof TimestampError) console.log(error.index, error.finding) // 1 invalid
 * ```
 */
export class TimestampError extends TickTickClockError {
  /** Position of the first such value: values, not elements, from 0. */
  readonly index: number
  /** The value as it was given; seconds and nanoseconds for `ptp`. */
  readonly value: bigint | number | string | readonly [bigint, bigint]
  /** It is no timestamp; the target can't hold it; or the target would lose a part of it. */
  readonly finding: 'invalid' | 'overflow' | 'loss'
  /** In text that is no timestamp: bytes before the first that is wrong. */
  readonly position: number | undefined

  constructor(
    where: Pick<TimestampError, 'index' | 'value' | 'finding'> & { position?: number },
    problem: string,
    options?: { cause?: unknown },
  ) {
    super('ERR_TTC_TIMESTAMP', `"values"[${where.index}] ${problem}`, options)
    this.index = where.index
    this.value = where.value
    this.finding = where.finding
    this.position = where.position
  }
}

/**
 * A definition that can't be a computation: says which, where in it, and the remedy.
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

/** A checkpoint that can't be taken, kept, or gone on from. */
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
 * A setting (`configure()`, a `TICKTICKCLOCK_*` variable) with a value that is not allowed.
 *
 * @example
 * ```ts
 * // With TICKTICKCLOCK_THREADS=many in the environment:
 * const error = await sort(Float64Array.of(2, 1)).catch((error: unknown) => error)
 * if (error instanceof ConfigError) console.log(error.message)
 * ```
 */
export class ConfigError extends TickTickClockError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ERR_TTC_CONFIG', message, options)
  }
}

/** JSON quotes, control characters escaped, at most 60 characters: safe to print on one line. */
export function quoteExcerpt(text: string): string {
  let quoted = JSON.stringify(text.slice(0, 60))
  // Long text is cut; rubbish is cut shorter, because a byte becomes six characters: \u0001.
  for (let length = 57; text.length > 60 || quoted.length > 80; length -= 7) {
    quoted = JSON.stringify(`${text.slice(0, length)}...`)
    if (quoted.length <= 80) break
  }
  // JSON.stringify escapes the controls below 0x20; these would reach a terminal as they are.
  return quoted.replace(/[\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)
}
