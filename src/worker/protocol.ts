/**
 * What travels between the page's side and its worker: the calls, and errors as data, so that they
 * arrive as the classes that they were.
 */

import type { DeviceInfo, DeviceKind } from '../devices/device.js'
import type { OpenDeviceOptions } from '../devices/open.js'
import * as classes from '../errors.js'
import type { ReadGraphOptions } from '../graph/index.js'
import type {
  PagerankOptions,
  PagerankProgress,
  PagerankResult,
} from '../kernels/pagerank/types.js'

/** A result, or what was thrown. */
export type Reply<T> = { value: T } | { error: PackedError }

/** An error's class name and own properties. */
export interface PackedError {
  name: string
  message: string
  stack: string | undefined
  properties: Record<string, unknown>
}

/** Options that can be cloned: functions and signals stay on the page's side. */
export type PlainPagerankOptions = Omit<
  PagerankOptions,
  'signal' | 'onProgress' | 'into' | 'device'
> & { device?: 'auto' | DeviceKind }

/** A graph as its block, or one that the worker holds. */
export type GraphReference = { block: Uint8Array } | { handle: number }

/** The worker's calls. `call` numbers a call, so that `abort` can name it. */
export interface ApiService {
  readGraph(
    call: number,
    source: unknown,
    options: Omit<ReadGraphOptions, 'signal' | 'onProgress'>,
    onProgress: ReadGraphOptions['onProgress'],
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
    onProgress: ((progress: PagerankProgress) => void) | undefined,
  ): Promise<Reply<PagerankResult>>
  release(handle: number): Promise<Reply<void>>
  abort(call: number): void
  dispose(): Promise<void>
}

/** For the way back. */
export function packError(thrown: unknown): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { name, message, stack } = error
  return { name, message, stack, properties: { ...error } }
}

const BUILT_IN: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError }

/** An error of the class that was thrown, where the package or the language has it. */
export function unpackError({ name, message, stack, properties }: PackedError): Error {
  const known = (classes as Record<string, unknown>)[name] ?? BUILT_IN[name] ?? Error
  const error = Object.create((known as ErrorConstructor).prototype) as Error
  Object.defineProperty(error, 'message', { value: message, configurable: true, writable: true })
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  return Object.assign(error, { name }, properties)
}
