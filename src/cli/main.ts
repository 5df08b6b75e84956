#!/usr/bin/env node
/**
 * The command `ticktickclock`: parses the command line, runs one command, turns its end into an
 * exit code. Data goes to stdout, messages to stderr. Commands live in one file each; none of them
 * ends the process: Node does, when nothing is left to do.
 */

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { calibrateCommand } from './calibrate.js'
import { convertCommand } from './convert.js'
import { doctorCommand } from './doctor.js'
import { ClosedPipe, EXIT, Interruption, UsageError } from './exit.js'
import { graphCommand } from './graph.js'
import { graphAnalyticsCommand } from './graph-analytics.js'
import { pagerankCommand } from './pagerank.js'
import { predictCommand } from './predict.js'
import { runCommand } from './run.js'
import { openSession, type Session } from './session.js'
import { sortCommand } from './sort.js'

const EXAMPLES = `
Examples:
  ticktickclock doctor                             what this machine can compute on
  ticktickclock graph info web.txt.gz              sizes and degrees of a graph
  ticktickclock graph convert web.mtx web.ttcg     the same graph in another format
  ticktickclock pagerank web.txt.gz --top 20       its twenty best vertices
  ticktickclock graph-analytics wcc web.txt.gz     its connected components
  ticktickclock sort flights.csv --column delay    rows in order
  ticktickclock convert --from ntp --to iso8601    timestamps from standard input
  ticktickclock run program.js --processors 4      a BSP program of your own
  ticktickclock calibrate                          measure this machine for predictions
  ticktickclock help pagerank                      all options of a command

TICKTICKCLOCK_DEVICE and TICKTICKCLOCK_THREADS set defaults; TICKTICKCLOCK_DEBUG=1 adds stack traces
to errors.`

function version(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

function createProgram(session: Session, end: (code: number) => void): Command {
  const program = new Command('ticktickclock')
    .description(
      'BSP programs, graphs, sorting and timestamps on JavaScript, WASM threads and the GPU.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .addCommand(pagerankCommand(session, end))
    .addCommand(graphCommand(session, end))
    .addCommand(graphAnalyticsCommand(session, end))
    .addCommand(sortCommand(session, end))
    .addCommand(convertCommand(session, end))
    .addCommand(runCommand(session, end))
    .addCommand(predictCommand(session, end))
    .addCommand(calibrateCommand(session, end))
    .addCommand(doctorCommand(session, end))
  adapt(program, 'ticktickclock')
  return program
}

/** Makes commander throw where it would print and exit; its messages get a hint where to look. */
function adapt(command: Command, path: string): void {
  command
    .exitOverride((error) => {
      const problem = error.message.replace(/^error: /, '').replace(/\.$/, '')
      error.message = `${problem}; see ${path} --help`
      throw error
    })
    .helpOption('--help', 'print this help')
    .configureOutput({ outputError: () => undefined })
  for (const sub of command.commands) adapt(sub, `${path} ${sub.name()}`)
}

/** Runs the command line and returns the exit code. */
async function main(): Promise<number> {
  const session = openSession()
  let code: number = EXIT.ok
  try {
    await createProgram(session, (ended) => {
      code = ended
    }).parseAsync()
    return code
  } catch (error) {
    return report(session.signal.aborted ? session.signal.reason : error, session)
  } finally {
    session.close()
  }
}

/** Says what went wrong, in one line, and returns the exit code for it. */
function report(error: unknown, session: Session): number {
  if (error instanceof ClosedPipe) return EXIT.ok
  if (error instanceof Interruption) {
    // What a stalled reader has not taken would keep Node waiting for it.
    if (process.stdout.writableLength > 0) endNow(error.exitCode)
    return error.exitCode
  }
  if (error instanceof CommanderError) return reportUsage(error, session)
  const message = error instanceof Error ? error.message || error.name : String(error)
  session.say(message)
  if (process.env.TICKTICKCLOCK_DEBUG === '1' && error instanceof Error) {
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      process.stderr.write(`${each === error ? '' : 'caused by '}${each.stack}\n`)
    }
  }
  return error instanceof UsageError ? EXIT.usage : EXIT.error
}

function reportUsage(error: CommanderError, session: Session): number {
  if (error.exitCode === 0) return EXIT.ok
  // Without a command commander prints the whole help, on stderr, by itself.
  if (error.code !== 'commander.help') session.say(error.message)
  return EXIT.usage
}

function endNow(code: number): void {
  // biome-ignore lint/nursery/noProcessExit: interrupted, and stdout would wait for ever
  process.exit(code)
}

// A reader that stops early (`--help | head`) is no error. What writes data notices it by itself.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** When nothing settles a promise, Node ends in silence: it must not look like success. */
process.once('exit', () => {
  if (process.exitCode !== undefined) return
  process.stderr.write('ticktickclock: ended without a result; please report this\n')
  process.exitCode = EXIT.error
})

main().then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    process.stderr.write(`ticktickclock: ${error}\n`)
    process.exitCode = EXIT.error
  },
)
