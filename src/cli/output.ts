/**
 * Where a command's data goes: stdout, or a file that appears whole or not at all (written under a
 * temporary name in the same folder, synced, renamed). Writers wait for each piece to be taken, so
 * large outputs need little memory.
 */

import { constants, rmSync, type Stats } from 'node:fs'
import { access, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ClosedPipe, UsageError } from './exit.js'

/** Takes text or bytes piece by piece. */
export interface Sink {
  /** Resolves when the piece was handed on; rejects with the abort's reason or ClosedPipe. */
  write(piece: string | Uint8Array): Promise<void>
}

/** An output that proved possible before the work began. */
export interface Output {
  /** Runs `produce`; a file appears only when it succeeds. */
  fill(signal: AbortSignal, produce: (sink: Sink) => Promise<void>): Promise<void>
}

/**
 * Refuses to write over the input.
 *
 * @throws UsageError
 */
export async function checkNotInput(output: string, input: string): Promise<void> {
  const [from, to] = await Promise.all(
    [input, output].map((path) => realpath(path).catch(() => undefined)),
  )
  if (from === undefined || from !== to || !(await stat(from)).isFile()) return
  throw new UsageError(`option '--output <file>' names the input ${input}: choose another file`)
}

/** Temporary files that no rename has reached yet. */
const unfinished = new Set<string>()

/** For the second Ctrl-C: there is no time left to wait for anything. */
export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true })
}

/**
 * @param path file to write, or undefined for stdout
 * @throws Error in words when nothing can be written there
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined) return { fill: toStdout }
  const existing = await look(path)
  if (existing?.isDirectory()) throw new Error(`${path}: is a folder; --output takes a file`)
  // /dev/null and named pipes: renaming a file over them would replace them.
  if (existing !== undefined && !existing.isFile()) {
    return { fill: (signal, produce) => toSpecialFile(path, signal, produce) }
  }
  // Behind a symbolic link, the file itself is replaced.
  const target = existing === undefined ? path : await realpath(path)
  try {
    await access(dirname(target), constants.W_OK)
  } catch (cause) {
    throw new Error(`${path}: ${problemOf(cause, 'no such folder')}`, { cause })
  }
  return { fill: (signal, produce) => toFile(target, existing?.mode, signal, produce) }
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${path}: ${problemOf(cause, 'no such folder')}`, { cause })
  }
}

function problemOf(error: unknown, whenMissing: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  const known: Record<string, string> = {
    ENOENT: whenMissing,
    ENOTDIR: whenMissing,
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    EROFS: 'is on a file system that can only be read',
    ENOSPC: 'no space left on the device',
  }
  return known[code] ?? `can't be written (${message})`
}

async function toFile(
  target: string,
  mode: number | undefined,
  signal: AbortSignal,
  produce: (sink: Sink) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  let handle: FileHandle | undefined
  try {
    unfinished.add(temporary)
    handle = await open(temporary, 'wx', mode)
    if (mode !== undefined) await handle.chmod(mode)
    await produce(fileSink(handle, signal))
    await handle.sync()
    await handle.close()
    signal.throwIfAborted()
    await rename(temporary, target)
  } catch (error) {
    await handle?.close().catch(() => undefined)
    if (handle !== undefined) await rm(temporary, { force: true })
    throw isSystemError(error)
      ? new Error(`${target}: ${problemOf(error, 'no such folder')}`, { cause: error })
      : error
  } finally {
    unfinished.delete(temporary)
  }
}

async function toSpecialFile(
  path: string,
  signal: AbortSignal,
  produce: (sink: Sink) => Promise<void>,
): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await produce(fileSink(handle, signal))
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EPIPE' ? new ClosedPipe() : error
  } finally {
    await handle.close()
  }
}

function fileSink(handle: FileHandle, signal: AbortSignal): Sink {
  return {
    async write(piece) {
      signal.throwIfAborted()
      await handle.appendFile(piece)
    },
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

async function toStdout(
  signal: AbortSignal,
  produce: (sink: Sink) => Promise<void>,
): Promise<void> {
  const { stdout } = process
  // Every failed write reports to its own callback as well.
  stdout.on('error', () => undefined)
  const write = (piece: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      stdout.write(piece, (error) => {
        signal.removeEventListener('abort', abort)
        if (error === undefined || error === null) resolve()
        else reject(isClosedPipe(error) ? new ClosedPipe() : error)
      })
    })
  await produce({ write })
}

function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
}
