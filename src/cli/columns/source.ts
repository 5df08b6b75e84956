/**
 * The bytes of a file of columns, whole, and what format they are in: a path, a URL or standard
 * input, gzip unpacked. Called by table.ts.
 */

import { openSource, type PlainSource } from '../../graph/open-source.js'
import { MAX_TABLE_BYTES } from '../../limits.js'
import type { ProgressBar } from '../progress.js'
import type { Session } from '../session.js'
import { NPY_MAGIC } from './npy.js'
import { problemIn } from './problem.js'

/** What columns are read from and written to. */
export type Format = 'csv' | 'tsv' | 'npy' | 'parquet'

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'npy', 'parquet']

const PARQUET_MAGIC = [0x50, 0x41, 0x52, 0x31]

/** A file in memory. */
export interface Source {
  /** For messages: the path, the URL, or `(standard input)`. */
  name: string
  format: Format
  bytes: Uint8Array
}

/** The format that a name stands for, `.gz` behind it aside. */
export function formatOfName(name: string): Format | undefined {
  const [, extension] = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name.replace(/[?#].*$/, '')) ?? []
  const format = extension?.toLowerCase()
  if (format === 'tab') return 'tsv'
  return FORMATS.find((known) => known === format)
}

/**
 * Reads a file. Its first bytes tell .npy and Parquet from text, whatever it is called.
 *
 * @param file a path or a URL; `-` is standard input
 * @param format wins over what the first bytes and the name say
 * @throws GraphSourceError when it can't be opened, ColumnFileError when it is too large
 */
export async function readSource(
  file: string,
  format: Format | undefined,
  session: Session,
  progress: ProgressBar,
): Promise<Source> {
  const isInput = file === '-'
  if (isInput && process.stdin.isTTY) session.say('reading standard input; Ctrl-D ends it')
  const name = isInput ? '(standard input)' : file
  const isWelcome = (head: Uint8Array) =>
    startsWith(head, PARQUET_MAGIC) && (format ?? 'parquet') === 'parquet'
  try {
    const from = isInput ? process.stdin : file
    const source = await openSource(from, isInput ? name : undefined, session.signal, isWelcome)
    const bytes = await readAll(source, session.signal, progress)
    return { name, format: format ?? formatOf(bytes, name), bytes }
  } finally {
    // An open standard input keeps Node running.
    if (isInput) process.stdin.destroy()
    progress.clear()
  }
}

function formatOf(bytes: Uint8Array, name: string): Format {
  if (startsWith(bytes, PARQUET_MAGIC)) return 'parquet'
  if (startsWith(bytes, NPY_MAGIC)) return 'npy'
  return formatOfName(name) ?? 'csv'
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

async function readAll(
  source: PlainSource,
  signal: AbortSignal,
  progress: ProgressBar,
): Promise<Uint8Array> {
  const { name, totalBytes } = source
  // The size is right unless the file is compressed or grows.
  let bytes = new Uint8Array(Math.min(totalBytes ?? 0, MAX_TABLE_BYTES) + 1)
  let length = 0
  try {
    for (;;) {
      const chunk = await source.read()
      signal.throwIfAborted()
      if (chunk === undefined) break
      if (length + chunk.length > MAX_TABLE_BYTES) {
        throw problemIn({ file: name }, `is larger than ${MAX_TABLE_BYTES} bytes: cut it in parts`)
      }
      if (length + chunk.length > bytes.length) bytes = grown(bytes, length + chunk.length)
      bytes.set(chunk, length)
      length += chunk.length
      progress.show({ phase: 'reading', bytes: source.bytesTaken, totalBytes })
    }
  } finally {
    await source.close(signal.reason)
  }
  return bytes.subarray(0, length)
}

function grown(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(2 * bytes.length, needed), MAX_TABLE_BYTES))
  larger.set(bytes)
  return larger
}
