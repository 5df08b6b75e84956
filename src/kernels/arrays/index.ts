/**
 * Runs a kernel over arrays: picks the device, brings host arrays there, runs the implementation
 * that belongs to it, and leaves the outputs where the caller wants them. The public functions of
 * such kernels check their options and call `runArrays`.
 */

import { checkCallback, checkSignal, show } from '../../check.js'
import {
  type Device,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  elementTypeOf,
  type ResidentArray,
} from '../../devices/device.js'
import { tellKernel } from '../../devices/tell.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import { DisposedError } from '../../errors.js'
import type { ArrayOptions, Column, HostValues } from '../columns.js'
import { type KernelRun, placeFor } from '../place.js'
import { type Reporter, reporterOf } from './progress.js'
import { hostArray, ReferenceStorage } from './reference.js'
import { overlapPartly, type Storage } from './storage.js'
import type { ArrayKernel, Operand, OutputRequest } from './types.js'
import { WasmStorage } from './wasm.js'

/** A call, checked. */
export interface ArrayCall<P, R> {
  kernel: ArrayKernel<P, R>
  plan: P
  inputs: readonly Column[]
  outputs: readonly OutputRequest[]
  options: ArrayOptions
  /** Lengths of the outputs, where they turn out shorter than asked for. Default: as asked for. */
  lengths?: (value: R) => readonly number[]
}

/** What a call gives. */
export interface ArrayAnswer<R> {
  outputs: Column[]
  value: R
}

/**
 * The element type of a column.
 *
 * @param allowed types that the kernel takes
 * @throws TypeError for anything else
 */
export function checkColumn<T extends ElementType>(
  name: string,
  column: unknown,
  allowed: readonly T[],
): T {
  const type = isResident(column) ? column.type : elementTypeOf(column)
  if (allowed.includes(type as T)) return type as T
  const arrays = allowed.map((known) => ELEMENT_ARRAYS[known].name).join(', ')
  const got = isResident(column) ? `a resident of ${column.type}` : show(column)
  throw new TypeError(`"${name}" expected ${arrays}, or a resident of one, got ${got}`)
}

/** Whether a column lies on a device. */
export function isResident(column: unknown): column is ResidentArray {
  if (typeof column !== 'object' || column === null || ArrayBuffer.isView(column)) return false
  const { device, type, length } = column as Partial<ResidentArray>
  return typeof device === 'object' && typeof type === 'string' && typeof length === 'number'
}

/**
 * @throws TypeError, RangeError for `into` and the options; DisposedError for a Resident that is
 *   gone; what opening the device and the kernel throw; `signal.reason` on abort
 */
export async function runArrays<P, R>(call: ArrayCall<P, R>): Promise<ArrayAnswer<R>> {
  const { inputs, outputs, options } = call
  const signal = checkSignal(options.signal)
  checkCallback('onProgress', options.onProgress)
  checkCallback('onRun', options.onRun)
  for (const { into, type, length } of outputs) checkOutput(into, type, length)
  signal?.throwIfAborted()
  const residents = [...inputs, ...outputs.map(({ into }) => into)].filter(isResident)
  const place = await placeFor(options, {
    holder: deviceOf(residents),
    held: 'the data',
    count: inputs.reduce((sum, { length }) => sum + length, 0),
    items: 'values',
    kernel: call.kernel.profiled,
    exactOnGpu: call.kernel.exactOnGpu,
  })
  try {
    const { device, reason } = place
    if (device.disposed) throw new DisposedError('this device')
    const storage = await storageOf(device)
    try {
      const work = (both: AbortSignal | undefined) => runOn(storage, device, reason, call, both)
      return await useAll(residents, signal, work)
    } finally {
      storage.dispose()
    }
  } finally {
    await place.release()
  }
}

function checkOutput(into: Column | undefined, type: ElementType, length: number): void {
  if (into === undefined) return
  const got = checkColumn('into', into, [type])
  if (got !== type || into.length === length) return
  throw new RangeError(`"into" expected length ${length}, got ${into.length}`)
}

function deviceOf(residents: readonly ResidentArray[]): Device | undefined {
  const [first, ...rest] = residents
  if (rest.some(({ device }) => device !== first.device)) {
    throw new TypeError('all residents of a call must lie on the same device: read one, upload it')
  }
  return first?.device
}

async function storageOf(device: Device): Promise<Storage<unknown>> {
  if (device.kind === 'reference') return new ReferenceStorage(device)
  if (device.kind === 'wasm') return new WasmStorage(device as WasmDevice)
  const { GpuStorage } = await import('./webgpu.js')
  return new GpuStorage(device)
}

/** The residents' memory stays while the work goes on; the disposal of one ends it. */
function useAll<T>(
  residents: readonly ResidentArray[],
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = new Set(residents)
  if (first === undefined) return work(signal)
  return first.use(signal, (both) => useAll(rest, both, work))
}

async function runOn<S, P, R>(
  storage: Storage<S>,
  device: Device,
  reason: string,
  call: ArrayCall<P, R>,
  signal: AbortSignal | undefined,
): Promise<ArrayAnswer<R>> {
  const report = reporterOf(call.options.onProgress, signal, () => device.nowMs())
  report('upload', 0)
  const startMs = device.nowMs()
  const flowed = await flow(storage, call, report, signal)
  if (flowed !== undefined) {
    const computeMs = device.nowMs() - startMs
    const timings = { uploadMs: 0, prepareMs: 0, computeMs, readMs: 0 }
    tellRun(call, { device: device.info, reason, timings })
    return flowed
  }
  const inputs: Operand<S>[] = []
  for (const input of call.inputs) {
    const isHere = isResident(input)
    inputs.push(isHere ? storage.operandOf(input) : await storage.upload(input, signal))
  }
  const targets = await openOutputs(storage, inputs, call)
  const uploadedMs = device.nowMs()
  report('upload', 1)
  report('compute', 0)
  const operands = targets.map(({ operand }) => operand)
  const share = (fraction: number) => {
    if (fraction > 0 && fraction < 1) report('compute', fraction)
  }
  const value = await storage.run(call.kernel, inputs, operands, call.plan, signal, share)
  const computedMs = device.nowMs()
  report('compute', 1)
  report('read', 0)
  const lengths = call.lengths?.(value) ?? call.outputs.map(({ length }) => length)
  const staysThere = call.inputs.some(isResident)
  const outputs: Column[] = []
  for (const [index, target] of targets.entries()) {
    outputs.push(await finish(storage, target, lengths[index], staysThere, signal))
  }
  report('read', 1)
  const timings = {
    uploadMs: uploadedMs - startMs,
    prepareMs: 0,
    computeMs: computedMs - uploadedMs,
    readMs: device.nowMs() - computedMs,
  }
  tellRun(call, { device: device.info, reason, timings })
  return { outputs, value }
}

function tellRun<P, R>({ kernel, options }: ArrayCall<P, R>, run: KernelRun): void {
  tellKernel(kernel.name, run)
  options.onRun?.(run)
}

/** The whole call, where its arrays can pass through the device while the kernel runs. */
async function flow<S, P, R>(
  storage: Storage<S>,
  { kernel, inputs, outputs, plan }: ArrayCall<P, R>,
  report: Reporter,
  signal: AbortSignal | undefined,
): Promise<ArrayAnswer<R> | undefined> {
  const hosts = inputs.filter((input): input is HostValues => !isResident(input))
  const isElsewhere = ({ into }: OutputRequest) =>
    into !== undefined && (isResident(into) || overlaps(into, hosts))
  if (hosts.length < inputs.length || outputs.some(isElsewhere)) return undefined
  const run = storage.flowFor?.(kernel, hosts, outputs, plan)
  if (run === undefined) return undefined
  const arrays = outputs.map(
    ({ into, type, length }) => (into ?? hostArray(type, length)) as HostValues,
  )
  // Copying is part of the work: there are no phases before and after it.
  report('upload', 1)
  report('compute', 0)
  const value = await run(arrays, signal)
  report('compute', 1)
  report('read', 0)
  report('read', 1)
  return { value, outputs: arrays }
}

/** Whether writing `into` would change an input other than element by element. */
function overlaps(into: HostValues, inputs: readonly HostValues[]): boolean {
  const spanOf = ({ byteOffset, byteLength }: HostValues) => ({ start: byteOffset, byteLength })
  return inputs.some(
    (input) => input.buffer === into.buffer && overlapPartly(spanOf(into), spanOf(input)),
  )
}

/** An output and where it lies meanwhile. */
interface Target<S> {
  request: OutputRequest
  operand: Operand<S>
}

async function openOutputs<S, P, R>(
  storage: Storage<S>,
  inputs: readonly Operand<S>[],
  call: ArrayCall<P, R>,
): Promise<Target<S>[]> {
  const targets: Target<S>[] = []
  for (const request of call.outputs) {
    const { into, type, length } = request
    if (into !== undefined && isResident(into)) {
      targets.push({ request, operand: storage.operandOf(into) })
    } else if (into !== undefined && storage.isInPlace(into, inputs)) {
      targets.push({ request, operand: await storage.upload(into, undefined) })
    } else {
      targets.push({ request, operand: await storage.create(type, length) })
    }
  }
  return targets
}

async function finish<S>(
  storage: Storage<S>,
  { request, operand }: Target<S>,
  length: number,
  staysThere: boolean,
  signal: AbortSignal | undefined,
): Promise<Column> {
  const { type, into } = request
  if (into !== undefined && isResident(into)) return into
  if (into === undefined && staysThere) return storage.adopt(operand, type, length)
  if (into === undefined && operand.storage instanceof ELEMENT_ARRAYS[type]) {
    // On the reference the output is a fresh host array already.
    const made = operand.storage as HostValues
    return length === made.length ? made : (made.slice(0, length) as HostValues)
  }
  const array = into ?? hostArray(type, length)
  const part = (length === array.length ? array : array.subarray(0, length)) as HostValues
  await storage.read(operand, part, signal)
  return part as ElementArrays[ElementType]
}
