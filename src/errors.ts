/**
 * Every error class of the package. Each has a stable `code`, may carry a `cause`, and its message
 * says what was expected, what was found and what to do. Wrong argument kinds are plain
 * `TypeError`s and wrong argument values plain `RangeError`s (see check.ts).
 */

import { TickTickClockError } from './errors-base.js'

export * from './errors-bsp.js'
export * from './errors-workflow.js'
export { TickTickClockError }

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

/**
 * A place that no graph can be written to: no such folder, no permission, a full disk.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[0, 1]])
 * const error = await writeGraph(graph, 'no-such-folder/a.csv').catch((error: unknown) => error)
 * if (error instanceof GraphTargetError) console.log(error.code) // ERR_TTC_GRAPH_TARGET
 * ```
 */
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
 * A setting (`configure()`, a `TICKTICKCLOCK_*` variable) with a value that is not allowed, or a
 * profile that is none, or of a newer version.
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

/**
 * Measured times that fit no line, so that there is no g and no l to tell: the machine was busy.
 *
 * @example
 * ```ts
 * const found = await calibrateTransport({ transport: 'inline' }).catch((error: unknown) => error)
 * if (found instanceof CalibrationError) console.log(found.message)
 * ```
 */
export class CalibrationError extends TickTickClockError {
  constructor(message: string) {
    super('ERR_TTC_CALIBRATION', message)
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
