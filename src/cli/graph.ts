/**
 * `ticktickclock graph`: the commands that look at graphs, convert them, make them.
 */

import { Command } from 'commander'
import { graphConvertCommand } from './graph-convert.js'
import { graphGenerateCommand } from './graph-generate.js'
import { graphInfoCommand } from './graph-info.js'
import type { Session } from './session.js'

/** The command with its subcommands. */
export function graphCommand(session: Session, end: (code: number) => void): Command {
  return new Command('graph')
    .description('look at graphs, convert them, make them')
    .addCommand(graphInfoCommand(session, end))
    .addCommand(graphConvertCommand(session, end))
    .addCommand(graphGenerateCommand(session, end))
}
