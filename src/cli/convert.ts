/**
 * `ticktickclock convert --from F --to T [FILE]`: converts a column of timestamps; the other
 * columns stay as they are.
 */

import { Command } from 'commander'
import type { KernelRun } from '../kernels/place.js'
import { monotonicMs } from '../time/system.js'
import { problemIn } from './columns/problem.js'
import { readTable, writeNumbers, writeTable } from './columns/table.js'
import type { NewColumn, Table } from './columns/types.js'
import { EXIT, UsageError } from './exit.js'
import { plural } from './format.js'
import { checkDevice, choice, parsed, wholeNumber } from './options.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'
import { convertColumn, STAMP_FORMATS, type StampFormat, type StampRequest } from './stamps.js'
import {
  addTableInput,
  addTableOutput,
  giveAccount,
  openTableOutput,
  type TableOptions,
} from './table-command.js'

interface Options extends TableOptions, Pick<StampRequest, 'overflow' | 'loss' | 'digits'> {
  from?: StampFormat
  to: StampFormat
}

const EXAMPLES = `
Examples:
  ticktickclock convert --from ntp --to iso8601 peers.csv --column stamp
  ticktickclock convert --from iso8601 --to unix-ns log.csv --column time --output log.parquet
  ticktickclock convert --to iso8601 flights.parquet --column date > flights.csv
  date +%s | ticktickclock convert --from unix-s --to julian-date --quiet

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

/** The command, ready for the program. */
export function convertCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('convert')
    .summary('convert a column of timestamps')
    .description('Converts a column of timestamps from one format to another, exactly.')
    .argument('[file]', '.csv, .tsv, .npy or .parquet, may be gzipped; standard input if left out')
    .addOption(choice('--from <format>', 'format of the column; Parquet may say it', STAMP_FORMATS))
    .addOption(choice('--to <format>', 'format wanted', STAMP_FORMATS).makeOptionMandatory())
    .addOption(
      choice('--overflow <policy>', 'what the format wanted has no room for', [
        'error',
        'clamp',
        'wrap',
      ]).default('error'),
    )
    .addOption(
      choice('--loss <policy>', 'what is finer than the format wanted', [
        'floor',
        'round',
        'error',
      ]).default('floor'),
    )
    .addOption(
      parsed(
        '--digits <n>',
        'of fractions of a second in ISO 8601; as many as the source has',
        wholeNumber(0, 9),
      ),
    )
  addTableInput(command)
  return addTableOutput(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: Options) => {
      await run(file ?? '-', options, session)
      end(EXIT.ok)
    })
}

async function run(file: string, options: Options, session: Session): Promise<void> {
  await checkDevice(options)
  const { output, format } = await openTableOutput(file, options)
  const { column, header, to } = options
  if (format === 'npy' && (to === 'iso8601' || to === 'ptp')) {
    throw new UsageError(`a .npy file holds one number a value, and ${to} is more: write .csv`)
  }
  if (options.digits !== undefined && to !== 'iso8601') {
    throw new UsageError(`option '--digits <n>' is for --to iso8601, not ${to}: leave it out`)
  }
  const startMs = monotonicMs()
  const request = { column, header, format: options.format }
  const table = await readTable(file, request, session, openProgress())
  const from = fromOf(table, options)
  const loadedMs = monotonicMs()
  let ran: KernelRun | undefined
  const onRun = (kernelRun: KernelRun) => {
    ran = kernelRun
  }
  const converted = await convertColumn(table, {
    ...{ from, to, overflow: options.overflow, loss: options.loss, digits: options.digits },
    ...{ device: options.device, threads: options.threads, signal: session.signal, onRun },
  })
  const convertedMs = monotonicMs()
  await output.fill(session.signal, (sink) => {
    if (format !== 'npy') {
      return writeTable(sink, table, { column: converted }, format, session.signal)
    }
    const { values } = converted as NewColumn & { kind: 'numbers' }
    return writeNumbers(sink, { name: table.columnName, values }, table.hasNames, format)
  })
  const account = {
    deed: `converted ${plural(table.rowCount, 'row')} from ${from} to ${to}`,
    table,
    result: { from, to },
    run: ran as unknown as KernelRun,
    loadMs: loadedMs - startMs,
    writeMs: monotonicMs() - convertedMs,
  }
  await giveAccount(account, options, session)
}

/** The format of the column: the option, or what the file says. */
function fromOf({ file, columnName, unit }: Table, { from = unit }: Options): StampFormat {
  if (from === undefined) {
    throw new UsageError(`option '--from <format>' is needed: ${file} doesn't say what it holds`)
  }
  if (unit === undefined || unit === from) return from
  const problem = `counts ${unit}, as the file says, not ${from}: leave out --from`
  throw problemIn({ file, column: columnName }, problem)
}
