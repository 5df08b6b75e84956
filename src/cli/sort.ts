/**
 * `ticktickclock sort FILE`: sorts the rows of a table by one of its columns, or prints the order.
 * Rows keep their text: only their order changes.
 */

import { Command } from 'commander'
import { elementTypeOf } from '../devices/device.js'
import { runSliced } from '../graph/slices.js'
import type { KernelRun } from '../kernels/place.js'
import { monotonicMs } from '../time/system.js'
import type { Numbers } from './columns/npy.js'
import { bareCell, isTimeText, NUMBER_TYPES, type NumberType } from './columns/numbers.js'
import { textAt } from './columns/rows.js'
import { type NumberColumn, readTable, writeNumbers, writeTable } from './columns/table.js'
import type { NewColumn, Table } from './columns/types.js'
import { EXIT } from './exit.js'
import { checkDevice, choice } from './options.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'
import {
  addTableInput,
  addTableOutput,
  describeRows,
  giveAccount,
  openTableOutput,
  type TableOptions,
} from './table-command.js'

interface Options extends TableOptions {
  type?: NumberType
  descending?: true
  argsort?: true
}

const EXAMPLES = `
Examples:
  ticktickclock sort flights.csv --column delay --output sorted.csv
  ticktickclock sort flights.parquet --column date --descending > newest.csv
  ticktickclock sort samples.npy --type f32 --output sorted.npy
  ticktickclock sort samples.npy --argsort --output order.npy --json
  seq 1000 -1 1 | ticktickclock sort --quiet

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

/** The command, ready for the program. */
export function sortCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('sort')
    .summary('sort a table by a column of numbers or times')
    .description('Sorts the rows of a table by one column. Equal ones keep their order.')
    .argument('[file]', '.csv, .tsv, .npy or .parquet, may be gzipped; standard input if left out')
  addTableInput(command)
    .addOption(
      choice(
        '--type <type>',
        'sort as this; otherwise the file, or its numbers, decide',
        NUMBER_TYPES,
      ),
    )
    .option('--descending', 'largest first')
    .option('--argsort', 'write the positions of the rows, counted from 0, instead of the rows')
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
  const startMs = monotonicMs()
  const { column, header } = options
  const request = { column, header, format: options.format }
  const table = await readTable(file, request, session, openProgress())
  const keys = await keysOf(table, options, session)
  const loadedMs = monotonicMs()
  // One column of numbers has no rows to keep together.
  const isAlone = format === 'npy' || table.format === 'npy'
  const sorted = await sortKeys(keys, isAlone && !options.argsort, options, session)
  const sortedMs = monotonicMs()
  await output.fill(session.signal, (sink) => {
    const { values, order } = sorted
    if (values === undefined && !options.argsort) {
      return writeTable(sink, table, { order }, format, session.signal)
    }
    const only: NumberColumn = options.argsort
      ? { name: 'position', values: order as Uint32Array }
      : { name: table.columnName, values: values as Numbers, unit: table.unit }
    return writeNumbers(sink, only, table.hasNames, format)
  })
  const account = {
    deed: `sorted ${describeRows(table, keys)}`,
    table,
    result: {
      type: elementTypeOf(keys),
      descending: options.descending === true,
      argsort: options.argsort === true,
    },
    run: sorted.run,
    loadMs: loadedMs - startMs,
    writeMs: monotonicMs() - sortedMs,
  }
  await giveAccount(account, options, session)
}

/** The column as numbers; times in text are compared as times. */
async function keysOf(table: Table, options: Options, session: Session): Promise<Numbers> {
  const { type, device, threads } = options
  const { signal } = session
  if (type !== undefined || !hasTimes(table)) return runSliced(table.numbers(type), signal)
  const { convertColumn } = await import('./stamps.js')
  const formats = { from: 'iso8601', to: 'unix-ns' } as const
  const column = await convertColumn(table, { ...formats, device, threads, signal })
  return (column as NewColumn & { kind: 'numbers' }).values
}

function hasTimes(table: Table): boolean {
  const cells = table.cells()
  if (cells === undefined) return false
  const { bytes, starts, ends } = cells
  return isTimeText(textAt(bytes, ...bareCell(bytes, starts[0], ends[0])))
}

/** Either the sorted values or the order of the rows. */
interface Sorted {
  values?: Numbers
  order?: Uint32Array
  run: KernelRun
}

async function sortKeys(
  keys: Numbers,
  wantsValues: boolean,
  { descending, device, threads }: Options,
  { signal }: Session,
): Promise<Sorted> {
  const { argsort, sort } = await import('../kernels/sort/index.js')
  let run: KernelRun | undefined
  const onRun = (ran: KernelRun) => {
    run = ran
  }
  const common = { descending: descending === true, device, threads, signal, onRun }
  const result = wantsValues
    ? { values: await sort(keys, { ...common, into: keys }) }
    : { order: await argsort(keys, common) }
  return { ...result, run: run as unknown as KernelRun }
}
