/**
 * Files that appear whole or not at all: written under a temporary name in the same folder, synced,
 * renamed. Twin of target.browser.ts; resolved by `#target`. The command line writes its files with
 * it, too.
 */

import { constants, rmSync, type Stats } from 'node:fs'
import { access, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GraphTargetError } from '../errors.js'
import type { ByteTarget, TargetOpener } from './target.js'

/** A path that proved possible to write to. */
export interface FilePlace {
  /** As it was given, for messages. */
  readonly path: string
  /** The file behind symbolic links. */
  readonly target: string
  /** Permissions of the file that is there already. */
  readonly mode: number | undefined
  /** A device or a named pipe: renaming a file over it would replace it. */
  readonly isSpecial: boolean
}

export const openTarget: TargetOpener['openTarget'] = async (location) => {
  const path = toPath(location)
  const file = await openPlace(await findPlace(path))
  return /\.gz$/i.test(path) ? compressed(file) : file
}

function toPath(location: string | URL): string {
  const isUrl = typeof location !== 'string' || /^[a-z][a-z+.-]+:\/\//i.test(location)
  if (!isUrl) return location as string
  if (/^file:/i.test(String(location))) return fileURLToPath(location)
  throw new GraphTargetError(`${location}: a graph is written to a path or a stream`)
}

/**
 * Looks whether a file can be written there.
 *
 * @throws GraphTargetError
 */
export async function findPlace(path: string): Promise<FilePlace> {
  const existing = await look(path)
  if (existing?.isDirectory()) throw new GraphTargetError(`${path}: is a folder; give a file`)
  const isSpecial = existing !== undefined && !existing.isFile()
  const target = existing === undefined || isSpecial ? path : await realpath(path)
  if (!isSpecial) {
    await access(dirname(target), constants.W_OK).catch((cause) => {
      throw targetError(path, cause)
    })
  }
  return { path, target, mode: existing?.mode, isSpecial }
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw targetError(path, cause)
  }
}

/** Temporary files that no rename has reached yet. */
const unfinished = new Set<string>()

/** For a process that is about to end: there is no time left to wait for anything. */
export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true })
}

let lastNumber = 0

/** Opens it for writing. */
export async function openPlace({ path, target, mode, isSpecial }: FilePlace): Promise<ByteTarget> {
  const number = ++lastNumber
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${number}.tmp`)
  const written = isSpecial ? target : temporary
  if (!isSpecial) unfinished.add(temporary)
  const end = () => unfinished.delete(temporary)
  const attempt = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw targetError(path, cause)
    })
  let handle: FileHandle
  try {
    handle = await attempt(open(written, isSpecial ? 'w' : 'wx', mode))
    if (mode !== undefined && !isSpecial) await attempt(handle.chmod(mode))
  } catch (error) {
    end()
    throw error
  }
  let isOpen = true
  const remove = async () => {
    if (!isSpecial) await rm(temporary, { force: true }).catch(() => undefined)
    end()
  }
  return {
    write: (bytes) => attempt(handle.appendFile(bytes)),
    async finish() {
      if (!isSpecial) await attempt(handle.sync())
      isOpen = false
      await attempt(handle.close())
    },
    async publish() {
      try {
        if (!isSpecial) await attempt(rename(temporary, target))
      } finally {
        await remove()
      }
    },
    async abandon() {
      if (isOpen) await handle.close().catch(() => undefined)
      isOpen = false
      await remove()
    },
  }
}

/** Compresses on the way to a file. */
function compressed(file: ByteTarget): ByteTarget {
  const { readable, writable } = new CompressionStream('gzip')
  const writer = writable.getWriter()
  const pump = async () => {
    for await (const bytes of readable) await file.write(bytes)
  }
  const pumped = pump()
  // Whoever waits for a write hears of it.
  pumped.catch(() => undefined)
  const orFailed = (work: Promise<void>) => Promise.race([work, pumped.then(() => work)])
  return {
    write: (bytes) => orFailed(writer.write(bytes)),
    async finish() {
      await orFailed(writer.close())
      await pumped
      await file.finish()
    },
    publish: () => file.publish(),
    async abandon(reason) {
      await writer.abort(reason).catch(() => undefined)
      await pumped.catch(() => undefined)
      await file.abandon(reason)
    },
  }
}

/** What to tell about a failed system call; other errors as they are. */
function targetError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const known: Record<string, string> = {
    ENOENT: 'no such folder',
    ENOTDIR: 'no such folder',
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    EROFS: 'is on a file system that can only be read',
    ENOSPC: 'no space left on the device',
  }
  const problem = known[code] ?? `can't be written (${message})`
  return new GraphTargetError(`${path}: ${problem}`, { cause: error })
}
