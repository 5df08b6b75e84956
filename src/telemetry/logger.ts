/**
 * Events as lines of a log. Only those of the level are attached: at `info` and above, supersteps
 * have no listener and cost nothing.
 */

import { checkOneOf, checkOptions, show } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import type { EventName, MeasurementsOf, MetadataOf } from '../events.js'

/** From the least to the most urgent. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where lines go: `console` will do, and so will most loggers. */
export type LogSink = Record<LogLevel, (line: string) => void>

/** Options of `attachLoggerHandler`. */
export interface LoggerOptions {
  /**
   * The least urgent lines to be written. Default `info`: runs that end, restarts and errors;
   * `debug` adds starts, processors, checkpoints and every superstep.
   */
  level?: LogLevel
  /** Default: the console. */
  sink?: LogSink
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
  /** Of the handler: a logger with the same one is replaced. Default `ticktickclock.logger`. */
  id?: string
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

interface Line<E extends EventName> {
  level: LogLevel
  text(measurements: MeasurementsOf<E>, metadata: MetadataOf<E>): string
}

const ms = (ns: number) => `${(ns / 1e6).toFixed(3)} ms`
const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

const again = (attempt: number) => (attempt === 1 ? '' : ` (attempt ${attempt})`)

const failedPart = {
  level: 'error',
  text: (_measurements: { time: number }, run: MetadataOf<'processor.compute_error'>) => {
    const where = run.superstep_name === '' ? '' : ` in superstep ${run.superstep}`
    const { processor_id: rank, part, reason, message } = run
    return `processor ${rank}: ${part} failed${where}: ${reason}: ${message}`
  },
} as const

const LINES: { readonly [E in EventName]?: Line<E> } = {
  'coordinator.computation_started': {
    level: 'debug',
    text: (_, run) => `run ${run.run_id}: computation "${run.computation_module}" loaded`,
  },
  'coordinator.initialized': {
    level: 'debug',
    text: (_, { run_id, processors, transport }) =>
      `run ${run_id}: ${plural(processors, 'processor')} on ${transport}`,
  },
  'processor.initialized': {
    level: 'debug',
    text: (_, { run_id, processor_id }) => `run ${run_id}: processor ${processor_id} has its state`,
  },
  'coordinator.superstep_completed': {
    level: 'debug',
    text: ({ duration }, run) =>
      `run ${run.run_id}: superstep ${run.superstep} "${run.superstep_name}" completed in ` +
      `${ms(duration)}, converged: ${run.converged}`,
  },
  'coordinator.supersteps_dropped': {
    level: 'debug',
    text: ({ count }, { run_id }) => `run ${run_id}: ${plural(count, 'superstep')} not seen`,
  },
  'coordinator.checkpoint_saved': {
    level: 'debug',
    text: ({ duration, bytes }, { run_id, superstep }) =>
      `run ${run_id}: checkpoint of superstep ${superstep}, ${bytes} bytes in ${ms(duration)}`,
  },
  'coordinator.restarted': {
    level: 'warn',
    text: (_, { run_id, superstep, reason, message }) =>
      `run ${run_id}: goes back to superstep ${superstep}: ${reason}: ${message}`,
  },
  'coordinator.computation_completed': {
    level: 'info',
    text: ({ duration }, { computation_module, superstep_count }) =>
      `computation "${computation_module}" completed in ${ms(duration)}, ` +
      plural(superstep_count, 'superstep'),
  },
  'coordinator.computation_failed': {
    level: 'error',
    text: ({ duration }, { computation_module, superstep_count, reason, message }) =>
      `computation "${computation_module}" failed after ${ms(duration)}, ` +
      `${plural(superstep_count, 'superstep')}: ${reason}: ${message}`,
  },
  'processor.compute_error': failedPart,
  'processor.communicate_error': failedPart,
  'kernel.completed': {
    level: 'debug',
    text: ({ duration }, { kernel, device_name }) =>
      `kernel ${kernel} on ${device_name}: ${ms(duration)}`,
  },
  'workflow.task_completed': {
    level: 'debug',
    text: ({ duration }, { workflow, task, attempt }) =>
      `${workflow}: ${task}${again(attempt)} done in ${ms(duration)}`,
  },
  'workflow.task_error': {
    level: 'error',
    text: (_, { workflow, task, attempt, reason, message }) =>
      `${workflow}: ${task}${again(attempt)} failed: ${reason}: ${message}`,
  },
  'telemetry.handler_failed': {
    level: 'warn',
    text: (_, { handler_id, event, reason, message }) =>
      `handler "${handler_id}" threw on ${event}, and was detached: ${reason}: ${message}`,
  },
}

/**
 * Writes events to a log, a line each. A second call under the same id replaces the first.
 *
 * @returns detaches it
 * @throws TypeError, RangeError for options
 * @example
 * ```ts
 * const lines: string[] = []
 * const sink = { ...console, error: (line: string) => lines.push(line) }
 * const detach = attachLoggerHandler({ level: 'error', sink })
 * telemetry.emit('workflow.task_error', { time: 0, duration: 0 }, {
 *   ...{ workflow: 'nightly', workflow_run_id: 1, task: 'load', attempt: 1 },
 *   ...{ reason: 'RangeError', message: 'no such file' },
 * })
 * console.log(lines[0]) // nightly: load failed: RangeError: no such file
 * detach()
 * ```
 */
export function attachLoggerHandler(options: LoggerOptions = {}): () => void {
  checkOptions('options', options, ['level', 'sink', 'bus', 'id'])
  const { bus = telemetry, id = 'ticktickclock.logger', sink = console } = options
  const least = LEVELS.indexOf(checkOneOf('level', options.level ?? 'info', LEVELS))
  for (const level of LEVELS) {
    if (typeof sink[level] === 'function') continue
    throw new TypeError(`"sink" expected { debug, info, warn, error }, got ${show(sink)}`)
  }
  const levelOf = (event: EventName) => LEVELS.indexOf(LINES[event]?.level as LogLevel)
  const events = (Object.keys(LINES) as EventName[]).filter((event) => levelOf(event) >= least)
  return bus.attachMany(id, events, (event, measurements, metadata) => {
    const line = LINES[event] as Line<EventName>
    sink[line.level](oneLine(line.text(measurements, metadata as never)))
  })
}

/** A message with line breaks would pass for several lines. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
}
