/**
 * `ticktickclock run MODULE`: runs the computation that a module exports, prints its result and how
 * the run went.
 */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import type { AnyComputation } from '../bsp/coordinator.js'
import type { RunResult } from '../bsp/handle.js'
import type { RunOptions } from '../bsp/options.js'
import type { TransportKind } from '../transport/transport.js'
import { EXIT, UsageError } from './exit.js'
import { formatBytes, plural } from './format.js'
import { choice, parsed, path, wholeNumber } from './options.js'
import { openOutput } from './output.js'
import type { Session } from './session.js'

interface Options {
  processors?: number
  transport?: TransportKind
  maxSupersteps?: number
  barrierTimeout?: number
  seed?: number
  input?: string
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

Exit codes: 0 done, 1 error, 2 wrong usage, 3 stopped at --max-supersteps before all processors
voted to stop (the result is printed all the same), 130 interrupted.`

const MOST = Number.MAX_SAFE_INTEGER

/** The command, ready for the program. */
export function runCommand(session: Session, end: (code: number) => void): Command {
  return new Command('run')
    .summary('run a BSP program')
    .description('Runs the computation that a module exports by default.')
    .argument('<module>', 'path of the module')
    .addOption(
      parsed(
        '--processors <n>',
        'processors of the program (default: as many as this machine has)',
        wholeNumber(1, 1024),
      ),
    )
    .addOption(
      choice('--transport <kind>', 'run on this thread or on many (default: threads)', [
        'inline',
        'threads',
        'transfer',
      ]),
    )
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
    .option('--json', 'print JSON: "result", the same in every run, and "run"')
    .addHelpText('after', EXAMPLES)
    .action(async (module: string, options: Options) =>
      end(await runModule(module, options, session)),
    )
}

async function runModule(module: string, options: Options, session: Session): Promise<number> {
  const { run } = await import('../bsp/coordinator.js')
  const input = options.input === undefined ? undefined : await readInput(options.input)
  const settings: RunOptions = { signal: session.signal }
  const { processors, transport, maxSupersteps, barrierTimeout, seed } = options
  if (processors !== undefined) settings.processors = processors
  if (transport !== undefined) settings.transport = transport
  if (maxSupersteps !== undefined) settings.maxSupersteps = maxSupersteps
  if (barrierTimeout !== undefined) settings.barrierTimeoutMs = barrierTimeout
  if (seed !== undefined) settings.seed = seed
  const url = pathToFileURL(resolve(module))
  const outcome: RunResult<unknown> = await run<AnyComputation>(url, { ...settings, input })
  const output = await openOutput(undefined)
  const text = options.json ? jsonOf(outcome) : `${textOfResult(outcome.result)}\n`
  await output.fill(session.signal, (sink) => sink.write(text))
  if (options.json === undefined) session.say(summaryOf(outcome))
  return outcome.reason === 'limit' ? EXIT.notConverged : EXIT.ok
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
  const where = transport === 'inline' ? 'this thread' : plural(workers, 'thread')
  const unread = outcome.undelivered > 0 ? `, ${outcome.undelivered} of them never read` : ''
  return (
    `${REASONS[reason]} after ${plural(supersteps, 'superstep')} of ` +
    `${plural(processors, 'processor')} on ${where}: ${plural(messages, 'message')}` +
    `${unread}, ${formatBytes(bytes)}, ${outcome.elapsedMs.toFixed(0)} ms`
  )
}
