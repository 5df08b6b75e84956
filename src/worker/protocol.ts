/**
 * What travels between the page's side and its worker: the calls, and errors as data, so that they
 * arrive as the classes that they were.
 */

import type { DeviceInfo, DeviceKind } from '../devices/device.js'
import type { DoctorReport } from '../devices/doctor.js'
import type { OpenDeviceOptions } from '../devices/open.js'
import * as classes from '../errors.js'
import type { ReadGraphOptions } from '../graph/index.js'
import type { PagerankOptions, PagerankResult } from '../kernels/pagerank/types.js'
import type { PackedSource } from './source.js'

/** A result, or what was thrown. */
export type Reply<T> = { value: T } | { error: PackedError }

/** An error's class name and own properties. */
export interface PackedError {
  name: string
  message: string
  stack: string | undefined
  cause: PackedError | undefined
  properties: Record<string, unknown>
}

/** Options that can be cloned: functions, signals and sources stay on the page's side. */
export type PlainReadOptions = Omit<ReadGraphOptions, 'signal' | 'onProgress' | 'vertices'>
export type PlainPagerankOptions = Omit<
  PagerankOptions,
  'signal' | 'onProgress' | 'into' | 'device'
> & { device?: 'auto' | DeviceKind }

/** A graph as its block, or one that the worker holds. */
export type GraphReference = { block: Uint8Array } | { handle: number }

/** Which of the sources of one read. */
export type SourceRole = 'edges' | 'vertices'

/** What the worker may ask of the page while it carries out a call. */
export interface CallBack {
  report(progress: unknown): void
  pull(role: SourceRole): Promise<Uint8Array | undefined>
}

/** The worker's calls. `call` numbers a call, so that `abort` can name it. */
export interface ApiService {
  readGraph(
    call: number,
    sources: { edges: PackedSource; vertices: PackedSource | undefined },
    options: PlainReadOptions,
    back: CallBack | undefined,
  ): Promise<Reply<Uint8Array>>
  upload(
    call: number,
    block: Uint8Array,
    device: OpenDeviceOptions,
  ): Promise<Reply<{ handle: number; info: DeviceInfo }>>
  pagerank(
    call: number,
    graph: GraphReference,
    options: PlainPagerankOptions,
    back: CallBack | undefined,
  ): Promise<Reply<PagerankResult>>
  doctor(call: number): Promise<Reply<DoctorReport>>
  release(call: number, handle: number): Promise<Reply<void>>
  abort(call: number): void
  dispose(): Promise<void>
}

/** How many causes of causes are told. */
const MOST_CAUSES = 8

/** For the way back. */
export function packError(thrown: unknown, depth = 0): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { name, message, stack, cause } = error
  const packedCause =
    cause === undefined || depth === MOST_CAUSES ? undefined : packError(cause, depth + 1)
  // Functions and the like can't travel, and no error of the package has any.
  const properties = Object.fromEntries(
    Object.entries(error).filter(([, value]) => !/function|symbol/.test(typeof value)),
  )
  return { name, message, stack, cause: packedCause, properties }
}

const BUILT_IN: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError, SyntaxError }

/** An error of the class that was thrown, where the package or the language has it. */
export function unpackError({ name, message, stack, cause, properties }: PackedError): Error {
  if (name === 'AbortError') return new DOMException(message, name)
  const known = (classes as Record<string, unknown>)[name] ?? BUILT_IN[name] ?? Error
  const error = Object.create((known as ErrorConstructor).prototype) as Error
  const own = { message, stack, cause: cause && unpackError(cause) }
  for (const [key, value] of Object.entries(own)) {
    if (value === undefined) continue
    Object.defineProperty(error, key, { value, configurable: true, writable: true })
  }
  return Object.assign(error, { name }, properties)
}
