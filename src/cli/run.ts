/**
 * `ticktickclock run MODULE`: runs the computation that a module exports, prints its result and how
 * the run went.
 */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import type { CheckpointStore } from '../bsp/checkpoint/store.js'
import type { RunResult } from '../bsp/handle.js'
import type { RunOptions } from '../bsp/options.js'
import type { AnyComputation } from '../bsp/start.js'
import { CheckpointError } from '../errors.js'
import { EXIT, UsageError } from './exit.js'
import { formatBytes, formatMs, plural } from './format.js'
import { addProcessors, type ProcessorOptions, parsed, path, wholeNumber } from './options.js'
import { checkNotInput, openOutput } from './output.js'
import type { Session } from './session.js'
import { traced } from './trace.js'

interface Options extends ProcessorOptions {
  maxSupersteps?: number
  barrierTimeout?: number
  seed?: number
  checkpoint?: string
  every?: number
  maxRestarts?: number
  resume?: true
  input?: string
  trace?: string
  json?: true
}

const EXAMPLES = `
MODULE is a JavaScript file whose default export is a computation:
  import { defineComputation } from 'ticktickclock/bsp'
  export default defineComputation({ name: 'hello', … })

Examples:
  ticktickclock run hello.js --processors 4
  ticktickclock run sum.js --input '[1, 2, 3]' --json
  ticktickclock run ranks.js --input graph.json --transport inline
  ticktickclock run long.js --checkpoint run-17 --every 10
  ticktickclock run long.js --checkpoint run-17 --resume
  ticktickclock run ranks.js --input graph.json --trace ranks.trace.json

The file of --trace opens in https://ui.perfetto.dev: a lane a processor.

Exit codes: 0 done, 1 error, 2 wrong usage, 3 stopped at --max-supersteps before all processors
voted to stop (the result is printed all the same), 130 interrupted.`

const MOST = Number.MAX_SAFE_INTEGER

/** The command, ready for the program. */
export function runCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('run')
    .summary('run a BSP program')
    .description('Runs the computation that a module exports by default.')
    .argument('<module>', 'path of the module')
  return addProcessors(command)
    .addOption(parsed('--input <json>', 'JSON, a file of JSON, or - for standard input', path))
    .addOption(
      parsed('--max-supersteps <n>', 'stop after so many (default: 100)', wholeNumber(0, MOST)),
    )
    .addOption(
      parsed(
        '--barrier-timeout <ms>',
        'longest that a superstep may take (default: 60000)',
        wholeNumber(1, 2 ** 31 - 1),
      ),
    )
    .addOption(
      parsed('--seed <n>', 'of the random numbers (default: 0)', wholeNumber(0, 2 ** 32 - 1)),
    )
    .addOption(parsed('--checkpoint <directory>', 'take checkpoints, restart after faults', path))
    .addOption(
      parsed('--every <k>', 'supersteps between checkpoints (default: 1)', wholeNumber(1, MOST)),
    )
    .addOption(
      parsed('--max-restarts <n>', 'restarts after faults (default: 3)', wholeNumber(0, MOST)),
    )
    .option('--resume', 'go on from the newest checkpoint of the directory')
    .addOption(parsed('--trace <file>', 'write a timeline of the run for Perfetto', path))
    .option('--json', 'print JSON: "result", the same in every run, and "run"')
    .addHelpText('after', EXAMPLES)
    .action(async (module: string, options: Options) =>
      end(await runModule(module, options, session)),
    )
}

async function runModule(module: string, options: Options, session: Session): Promise<number> {
  const { trace } = options
  for (const input of [module, options.input]) {
    if (trace === undefined || input === undefined) continue
    await checkNotInput(trace, input, "option '--trace <file>'")
  }
  const input = options.input === undefined ? undefined : await readInput(options.input)
  const { processors, transport, maxSupersteps, barrierTimeout, seed } = options
  const settings: RunOptions & { input: unknown } = {
    ...{ processors, transport, maxSupersteps, barrierTimeoutMs: barrierTimeout, seed },
    ...{ signal: session.signal, input },
  }
  const work = () => outcomeOf(pathToFileURL(resolve(module)), settings, options)
  const outcome = await traced(trace, session, work)
  const output = await openOutput(undefined)
  const text = options.json ? jsonOf(outcome) : `${textOfResult(outcome.result)}\n`
  await output.fill(session.signal, (sink) => sink.write(text))
  if (options.json === undefined) {
    session.say(summaryOf(outcome))
    if (outcome.supersteps > 0) session.say(costLine(outcome.cost))
  }
  return outcome.reason === 'limit' ? EXIT.notConverged : EXIT.ok
}

/** Runs it: from its input, or from a checkpoint. */
async function outcomeOf(
  module: URL,
  settings: RunOptions & { input: unknown },
  { checkpoint: path, every, maxRestarts, resume: isResumed }: Options,
): Promise<RunResult<unknown>> {
  const { resume, run } = await import('../bsp/coordinator.js')
  if (path === undefined) {
    const needing = {
      '--every <k>': every,
      '--max-restarts <n>': maxRestarts,
      '--resume': isResumed,
    }
    for (const [option, value] of Object.entries(needing)) {
      if (value !== undefined) throw new UsageError(`option '${option}' needs --checkpoint`)
    }
    return run<AnyComputation>(module, settings)
  }
  const { directoryStore } = await import('../bsp/checkpoint/directory-store.js')
  const store = directoryStore(path)
  if (!isResumed) {
    await checkUnused(store, path)
    return run<AnyComputation>(module, { ...settings, checkpoint: { every, maxRestarts, store } })
  }
  const { seed, ...rest } = settings
  if (seed === undefined) {
    return resume<AnyComputation>(module, { ...rest, every, maxRestarts, store })
  }
  throw new UsageError("option '--seed <n>' can't be used with --resume: it is that of before")
}

/** The checkpoints of a run that could still go on are not to be lost by a slip. */
async function checkUnused(store: CheckpointStore, path: string): Promise<void> {
  const found = await store.load().catch((error: unknown) => error)
  if (found === undefined) return
  if (found instanceof Error && !(found instanceof CheckpointError)) throw found
  throw new UsageError(
    `option '--checkpoint <directory>': ${path} has checkpoints: add --resume to go on from ` +
      'them, or remove the directory',
  )
}

/** JSON as it is, or the file of it. */
async function readInput(given: string): Promise<unknown> {
  if (given === '-') return parseJson(await textOf(process.stdin), 'standard input')
  try {
    return JSON.parse(given)
  } catch (_error) {
    // Not JSON: a path.
  }
  try {
    return parseJson(await readFile(given, 'utf8'), given)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = error as NodeJS.ErrnoException
    const problem =
      code === 'ENOENT'
        ? 'is neither JSON nor a file (text needs quotes in it)'
        : `can't be read (${code})`
    throw new UsageError(`option '--input': ${JSON.stringify(given)} ${problem}`, { cause: error })
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const problem = (error as Error).message
    throw new UsageError(`option '--input': ${source} is no JSON: ${problem}`, { cause: error })
  }
}

function jsonOf({ result, ...outcome }: RunResult<unknown>): string {
  const { elapsedMs, ...run } = outcome
  return `${JSON.stringify({ result: result ?? null, run: { ...run, elapsedMs } }, plain, 2)}\n`
}

/** What JSON has no form for: typed arrays and sets as lists, maps as pairs, the rest as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<unknown>)
  }
  if (value instanceof Map || value instanceof Set) return [...value]
  return value
}

function textOfResult(result: unknown): string {
  if (typeof result === 'string') return result
  if (Array.isArray(result) && result.every((line) => typeof line === 'string')) {
    return result.join('\n')
  }
  return JSON.stringify(result, plain, 2) ?? String(result)
}

const REASONS = {
  converged: 'converged',
  finished: 'finished',
  limit: 'stopped at the limit of supersteps',
} as const

function summaryOf(outcome: RunResult<unknown>): string {
  const { reason, supersteps, processors, workers, transport, messages, bytes } = outcome
  const { resumedFrom, restarts } = outcome
  const where = transport === 'inline' ? 'this thread' : plural(workers, 'thread')
  const unread = outcome.undelivered > 0 ? `, ${outcome.undelivered} of them never read` : ''
  const resumed = resumedFrom === undefined ? '' : `, from superstep ${resumedFrom} on`
  const restarted = restarts === 0 ? '' : `, ${plural(restarts, 'restart')}`
  return (
    `${REASONS[reason]} after ${plural(supersteps, 'superstep')} of ` +
    `${plural(processors, 'processor')} on ${where}${resumed}${restarted}: ` +
    `${plural(messages, 'message')}${unread}, ${formatBytes(bytes)}, ` +
    `${outcome.elapsedMs.toFixed(0)} ms`
  )
}

/** Where the time of the supersteps went, and how near the prediction was. */
function costLine({ total, source, medianErrorPercent }: RunResult<unknown>['cost']): string {
  const { workMs, communicateMs, barrierMs, actualMs, predictedMs } = total
  const share = (ms: number) => `${Math.round((100 * ms) / (actualMs || 1))} %`
  return (
    `supersteps took ${formatMs(actualMs)}: compute ${share(workMs)}, communicate ` +
    `${share(communicateMs)}, barrier ${share(barrierMs)}; predicted ${formatMs(predictedMs)} ` +
    `(median error ${medianErrorPercent.toFixed(0)} % a superstep, by ${source})`
  )
}
