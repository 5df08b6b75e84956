/**
 * `ticktickclock graph convert IN OUT`: reads a graph and writes it in another format.
 */

import { Command } from 'commander'
import { EXIT } from './exit.js'
import { formatMs } from './format.js'
import {
  addGraphOutput,
  checkGraphOutput,
  type GraphOutputOptions,
  writeOut,
} from './graph-output.js'
import { addInput, type InputOptions, loadGraph } from './input.js'
import { checkNotInput } from './output.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'

const EXAMPLES = `
Examples:
  ticktickclock graph convert web.txt.gz web.ttcg           a block, which is read without parsing
  ticktickclock graph convert flights.csv flights.mtx --weights count --vertices-out names.txt
  ticktickclock graph convert road.mtx road.graph --self-loops drop --parallel-edges first
  ticktickclock graph convert road.mtx - --to csv | head

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

type Options = InputOptions & GraphOutputOptions

/** The subcommand. */
export function graphConvertCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('convert')
    .summary('write a graph in another format')
    .description('Reads a graph and writes it in another format.')
  addInput(command, '--from')
  command.argument('<out>', 'file to write, or - for standard output; .gz compresses')
  return addGraphOutput(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, out: string, options: Options) => {
      checkGraphOutput(out, options)
      await checkNotInput(out, file, 'argument <out>')
      const { verticesOut } = options
      if (typeof verticesOut === 'string') {
        await checkNotInput(verticesOut, file, "option '--vertices-out <file>'")
      }
      const { graph, loadMs } = await loadGraph(file, options, session, openProgress())
      await writeOut(graph, out, options, session, `read in ${formatMs(loadMs)}:`)
      end(EXIT.ok)
    })
}
