/**
 * What `sort` and `convert` have in common: the options for their file, its column and their
 * output, and the account of a run that they give at the end.
 */

import type { Command } from 'commander'
import { elementTypeOf } from '../devices/device.js'
import type { KernelRun } from '../kernels/place.js'
import type { Numbers } from './columns/npy.js'
import { FORMATS, type Format, formatOfName } from './columns/source.js'
import type { Table } from './columns/types.js'
import { UsageError } from './exit.js'
import { formatMs, plural } from './format.js'
import { printable, roundMs } from './json.js'
import { addDevice, anyColumn, choice, type DeviceOptions, parsed, path } from './options.js'
import { checkNotInput, type Output, openOutput } from './output.js'
import type { Session } from './session.js'

/** Values of the options below. */
export interface TableOptions extends DeviceOptions {
  column?: string | number
  header: 'auto' | 'yes' | 'no'
  format?: Format
  output?: string
  json?: true
  quiet?: true
}

/** Adds the options that say how to read the file. */
export function addTableInput(command: Command): Command {
  return command
    .addOption(
      parsed('--column <column>', 'which one: a name, or a number counted from 1', anyColumn),
    )
    .addOption(
      choice('--header <when>', 'whether the first row of text names the columns', [
        'auto',
        'yes',
        'no',
      ]).default('auto'),
    )
    .addOption(
      choice('--format <format>', 'of FILE, where neither its name nor its bytes tell', FORMATS),
    )
}

/** Adds the options that say where to compute, where to write and what to tell. */
export function addTableOutput(command: Command): Command {
  return addDevice(command)
    .addOption(
      parsed(
        '--output <file>',
        'write to a .csv, .tsv, .npy or .parquet file instead of text to standard output',
        path,
      ),
    )
    .option('--json', 'print how it went as JSON on standard output; needs --output')
    .option('--quiet', 'no line on standard error about how it went')
}

/** An output that proved possible, and its format: undefined for text like the input's. */
export interface TableOutput {
  output: Output
  format: Format | undefined
}

/** @throws UsageError, and what `openOutput` throws */
export async function openTableOutput(file: string, options: TableOptions): Promise<TableOutput> {
  const { output: target, json } = options
  if (json && target === undefined) {
    throw new UsageError("option '--json' needs '--output <file>': the rows go to standard output")
  }
  if (target === undefined) return { output: await openOutput(undefined), format: undefined }
  await checkNotInput(target, file)
  if (/\.gz$/i.test(target)) {
    throw new UsageError(
      "option '--output <file>' can't be compressed: leave out .gz, and run gzip afterwards",
    )
  }
  return { output: await openOutput(target), format: formatOfName(target) }
}

/** How a run went. */
export interface Account {
  /** For people: `sorted 3 rows by delay`. */
  deed: string
  table: Table
  /** What of the result a program may want to know, besides rows and column. */
  result: Readonly<Record<string, unknown>>
  run: KernelRun
  /** Reading and parsing the file; writing the result. */
  loadMs: number
  writeMs: number
}

/** One line on stderr, or JSON on stdout. */
export async function giveAccount(
  account: Account,
  { json, quiet }: TableOptions,
  session: Session,
): Promise<void> {
  if (json) {
    const output = await openOutput(undefined)
    await output.fill(session.signal, (sink) => sink.write(toJson(account)))
  } else if (!quiet) {
    session.say(toLine(account))
  }
}

function toLine({ deed, run, loadMs, writeMs }: Account): string {
  const { uploadMs, prepareMs, computeMs, readMs } = run.timings
  return (
    `${deed} on ${run.device.name} (${run.reason}): file ${formatMs(loadMs)}, ` +
    `upload ${formatMs(uploadMs)}, compute ${formatMs(prepareMs + computeMs)}, ` +
    `read back ${formatMs(readMs)}, write ${formatMs(writeMs)}`
  )
}

function toJson({ table, result, run, loadMs, writeMs }: Account): string {
  const { device, reason, timings } = run
  const report = {
    result: {
      rows: table.rowCount,
      columns: table.columnCount,
      column: table.columnName,
      ...result,
    },
    run: {
      device: { kind: device.kind, name: device.name, software: device.software },
      threads: device.threads,
      reason,
      timings: {
        loadMs: roundMs(loadMs),
        uploadMs: roundMs(timings.uploadMs),
        prepareMs: roundMs(timings.prepareMs),
        computeMs: roundMs(timings.computeMs),
        readMs: roundMs(timings.readMs),
        writeMs: roundMs(writeMs),
      },
    },
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/** `5,366 rows by delay (i64)`: of files with one column its name says nothing. */
export function describeRows(table: Table, values: Numbers | undefined): string {
  const rows = plural(table.rowCount, 'row')
  const by = table.columnCount === 1 ? '' : ` by ${printable(table.columnName)}`
  return `${rows}${by} (${values === undefined ? 'text' : elementTypeOf(values)})`
}
