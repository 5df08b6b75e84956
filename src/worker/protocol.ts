/** What travels between the page's side and its worker: the calls. Errors go as packed-error.ts. */

import type { Config } from '../config.js'
import type { DeviceInfo, DeviceKind } from '../devices/device.js'
import type { DoctorReport } from '../devices/doctor.js'
import type { OpenDeviceOptions } from '../devices/open.js'
import type { ReadGraphOptions } from '../graph/index.js'
import type { PagerankOptions, PagerankResult } from '../kernels/pagerank/types.js'
import type { KernelRun } from '../kernels/place.js'
import type { Reply } from '../packed-error.js'
import type { ArrayCallName } from './arrays.js'
import type { PackedSource } from './source.js'

/** What an array call gives, and what ran. */
export interface ArrayReply {
  value: unknown
  run: KernelRun | undefined
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
  /** The page's settings; sent before anything else, if it has any. */
  configure(settings: Partial<Config>): Promise<void>
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
  /** An array call by its name; `values` are what stands before the options. */
  compute(
    call: number,
    name: ArrayCallName,
    values: readonly unknown[],
    options: object | undefined,
    back: CallBack | undefined,
  ): Promise<Reply<ArrayReply>>
  doctor(call: number): Promise<Reply<DoctorReport>>
  release(call: number, handle: number): Promise<Reply<void>>
  abort(call: number): void
  dispose(): Promise<void>
}
