/**
 * Where a command's data goes: stdout, or a file that appears whole or not at all. Writers wait for
 * each piece to be taken, so large outputs need little memory.
 */

import { realpath, stat } from 'node:fs/promises'
import { findPlace, openPlace } from '../graph/target.node.js'
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
export async function checkNotInput(
  output: string,
  input: string,
  what = "option '--output <file>'",
): Promise<void> {
  const [from, to] = await Promise.all(
    [input, output].map((path) => realpath(path).catch(() => undefined)),
  )
  if (from === undefined || from !== to || !(await stat(from)).isFile()) return
  throw new UsageError(`${what} names the input ${input}: choose another file`)
}

/**
 * @param path file to write, or undefined for stdout
 * @throws Error in words when nothing can be written there
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined) return { fill: toStdout }
  const place = await findPlace(path)
  return {
    async fill(signal, produce) {
      const target = await openPlace(place)
      const encoder = new TextEncoder()
      try {
        await produce({
          async write(piece) {
            signal.throwIfAborted()
            await target.write(typeof piece === 'string' ? encoder.encode(piece) : own(piece))
          },
        })
        await target.finish()
        signal.throwIfAborted()
      } catch (error) {
        await target.abandon(error)
        const cause = error instanceof Error ? error.cause : undefined
        throw isClosedPipe(cause) ? new ClosedPipe() : error
      }
      await target.publish()
    },
  }
}

/** Only memory that is not shared can be written; nothing else is at hand here. */
function own(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  return piece.buffer instanceof ArrayBuffer
    ? (piece as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(piece)
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

function isClosedPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
