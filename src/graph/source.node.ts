/**
 * Opens paths and URLs in Node. Twin of source.browser.ts; resolved by `#source`.
 */

import { access, type FileHandle, open } from 'node:fs/promises'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { GraphSourceError } from '../errors.js'
import type { ByteSource, Gunzip, LocationOpener } from './source.js'
import { fetchSource } from './source-stream.js'

const READ_BYTES = 1 << 20
const GUNZIP_BYTES = 1 << 18

/** Opens a path, a file URL, or any URL that `fetch` knows. */
export const openLocation: LocationOpener['openLocation'] = async (location, signal) => {
  const path = pathOf(location)
  return path === undefined ? fetchSource(toUrl(location), signal) : openFile(path)
}

function toUrl(location: string | URL): URL {
  try {
    return new URL(location)
  } catch (cause) {
    throw new GraphSourceError(`${location}: not a valid URL`, { cause })
  }
}

/** The path of a file on disk; undefined for URLs of other kinds. */
function pathOf(location: string | URL): string | undefined {
  const text = String(location)
  if (/^file:/i.test(text)) return fileURLToPath(toUrl(location))
  return typeof location !== 'string' || /^(https?|data|blob):/i.test(text) ? undefined : text
}

export const openRandom: LocationOpener['openRandom'] = async (location) => {
  const path = pathOf(location)
  if (path === undefined) return
  const handle = await open(path, 'r').catch(() => undefined)
  if (handle === undefined) return
  const stat = await handle.stat()
  if (!stat.isFile()) {
    await handle.close()
    return
  }
  return {
    byteLength: stat.size,
    async slice(start, end = stat.size) {
      const bytes = new Uint8Array(end - start)
      try {
        for (let at = 0; at < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
          if (bytesRead === 0) throw new Error('it has become shorter')
          at += bytesRead
        }
      } catch (cause) {
        throw new GraphSourceError(`${path}: ${problemOf(cause)}`, { cause })
      }
      return bytes.buffer
    },
    close: () => handle.close(),
  }
}

/** LDBC Graphalytics: `graph.e` has its vertices in `graph.v`, either may be compressed. */
export const findVertexFile: LocationOpener['findVertexFile'] = async (location) => {
  const path = pathOf(location)
  if (path === undefined) return
  const match = /^(.*)\.e(\.gz)?$/.exec(path)
  if (match === null) return
  for (const candidate of [`${match[1]}.v`, `${match[1]}.v.gz`]) {
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate
  }
  return
}

/**
 * zlib reads on through any number of members and stops at the first one that begins with a zero
 * byte, as if that were padding. The platform's DecompressionStream is the same, but doesn't tell
 * where it stopped.
 */
export const openGunzip: LocationOpener['openGunzip'] = () => {
  const gunzip = createGunzip({ chunkSize: GUNZIP_BYTES })
  return {
    stream: Duplex.toWeb(gunzip) as Gunzip['stream'],
    bytesUsed: () => gunzip.bytesWritten,
  }
}

async function openFile(path: string): Promise<ByteSource> {
  let handle: FileHandle
  let totalBytes: number | undefined
  try {
    handle = await open(path, 'r')
  } catch (cause) {
    throw new GraphSourceError(`${path}: ${problemOf(cause)}`, { cause })
  }
  const stat = await handle.stat()
  if (stat.isDirectory()) {
    await handle.close()
    throw new GraphSourceError(`${path}: is a folder; give a file`)
  }
  // Pipes and devices have no size.
  if (stat.isFile()) totalBytes = stat.size
  const buffer = new Uint8Array(READ_BYTES)
  let closed: Promise<void> | undefined
  return {
    name: path,
    totalBytes,
    decoded: false,
    async read() {
      try {
        const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, null)
        return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead)
      } catch (cause) {
        throw new GraphSourceError(`${path}: ${problemOf(cause)}`, { cause })
      }
    },
    close() {
      closed ??= handle.close()
      return closed
    },
  }
}

/** What to tell about a failed system call. */
function problemOf(error: unknown): string {
  const code = (error as { code?: string }).code ?? ''
  const known: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'no permission to read it',
    EISDIR: 'is a folder; give a file',
    EMFILE: 'too many open files',
  }
  return known[code] ?? `can't be read (${error instanceof Error ? error.message : String(error)})`
}
