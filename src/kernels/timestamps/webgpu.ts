/** Timestamp conversion on the GPU: parameters, one dispatch, and the report of a failure. */

import { ELEMENT_ARRAYS } from '../../devices/device.js'
import { dispatchSize } from '../../devices/webgpu/gpu.js'
import { timestampsSizes, timestampsWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE } from '../../devices/webgpu/usage.js'
import { NotSupportedError } from '../../errors.js'
import type { GpuJob } from '../arrays/types.js'
import * as at from './layout.js'
import { driftOf, fatalFindings, leapTable, limitsOf, reciprocal, splitNs } from './plan.js'
import { explain } from './reference.js'
import type { TimestampPlan } from './types.js'

/**
 * Converts [values] into [results]; the answer, bytes of text, is 0.
 *
 * @throws the TimestampError of the first value that can't be converted; NotSupportedError for text
 */
export async function convertWebgpu(job: GpuJob, plan: TimestampPlan): Promise<number> {
  const { gpu, signal } = job
  const { valueCount } = plan
  if (plan.from.kind === at.TEXT || plan.to.kind === at.TEXT) {
    throw new NotSupportedError("'iso8601' does not run on 'webgpu'; use device 'wasm'")
  }
  if (valueCount === 0) return 0
  const source = await readable(job)
  const made: GPUBuffer[] = []
  const upload = async (what: string, array: ArrayBufferView, usage?: number) => {
    const buffer = await gpu.upload(`timestamps: ${what}`, array, usage, signal)
    made.push(buffer)
    return buffer
  }
  try {
    const failedAt = await upload('failure', Uint32Array.of(at.NO_FAILURE))
    const buffers = [
      await upload('parameters', parametersOf(plan), BUFFER_USAGE.UNIFORM),
      source,
      job.outputs[0].storage,
      await upload('leap seconds', leapTable(plan)),
      failedAt,
    ]
    const pipeline = await gpu.pipeline('timestamps', timestampsWgsl, 'convert')
    await gpu.submit('timestamps', (encoder) => {
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
      const layout = pipeline.getBindGroupLayout(0)
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, gpu.device.createBindGroup({ layout, entries }))
      pass.dispatchWorkgroups(...dispatchSize(valueCount, timestampsSizes.WORKGROUP))
      pass.end()
    })
    const failed = new Uint32Array(1)
    await gpu.read(failedAt, failed, signal)
    if (failed[0] !== at.NO_FAILURE) throw await failure(job, source, plan, failed[0])
    return 0
  } finally {
    for (const buffer of made) buffer.destroy()
  }
}

/** The values, apart from the results: WebGPU binds no buffer for reading and writing at once. */
async function readable({ gpu, inputs, outputs, scratch }: GpuJob): Promise<GPUBuffer> {
  const [{ storage, length }] = inputs
  if (storage !== outputs[0].storage) return storage
  const copy = await scratch('a copy of timestamps', 8 * length)
  await gpu.submit('a copy of timestamps', (encoder) => {
    encoder.copyBufferToBuffer(storage, 0, copy, 0, 8 * length)
  })
  return copy
}

async function failure(
  { gpu, scratch, signal }: GpuJob,
  source: GPUBuffer,
  plan: TimestampPlan,
  index: number,
): Promise<Error> {
  const { type, elements } = plan.from
  const value = new ELEMENT_ARRAYS[type](elements)
  const cell = await scratch('a timestamp', value.byteLength)
  await gpu.submit('a timestamp', (encoder) => {
    encoder.copyBufferToBuffer(source, index * value.byteLength, cell, 0, value.byteLength)
  })
  await gpu.read(cell, value, signal)
  return explain(index, [...value], plan)
}

/** `Params` of shaders/timestamps.wgsl. */
function parametersOf(plan: TimestampPlan): Uint32Array {
  const { from, to, correct, loss, overflow } = plan
  const { low, high } = limitsOf(plan)
  const drift = correct && driftOf(correct)
  const words: number[] = []
  const push = (...values: readonly number[]) => words.push(...values)
  const push64 = (...values: readonly bigint[]) => {
    for (const value of values) push(...halves(value))
  }
  const pushReciprocal = (divisor: bigint) => {
    const { factor, shift } = reciprocal(divisor)
    push(...halves(factor), Number(shift), 0)
  }
  const rounding = loss === 'round' ? at.ROUND : to.kind === at.NTP ? at.CEIL : at.FLOOR
  push(plan.valueCount, from.kind, to.kind, rounding)
  push(overflow === 'wrap' ? at.WRAP : at.CLAMP, fatalFindings(plan))
  push(from.isTai === to.isTai ? 0 : to.isTai ? at.TO_TAI : at.TO_UTC)
  push(plan.leapSeconds.entries.length)
  push(correct === undefined ? 0 : drift?.parts === 0n ? at.WITH_OFFSET : at.WITH_DRIFT)
  for (const { perSecond, kind } of [from, to]) {
    const isCount = kind !== at.NTP && kind !== at.JULIAN
    push(isCount ? Number(1_000_000_000n / perSecond) : 1, isCount ? Number(perSecond) : 1)
  }
  push(Number(low.count), Number(high.count), drift?.isNegative ? 1 : 0)
  push64(from.kind === at.NTP ? plan.windowS : from.epochS, to.epochS, low.seconds, high.seconds)
  push64(low.words[0], low.words[1] ?? 0n, high.words[0], high.words[1] ?? 0n)
  const offset = splitNs(correct?.offsetNs ?? 0n)
  const reference = splitNs(correct?.referenceNs ?? 0n)
  push64(offset.seconds, offset.nanos, reference.seconds, reference.nanos)
  push64(drift?.parts ?? 0n, drift?.factor ?? 0n)
  for (const divisor of [from.perSecond, 1_000_000_000n, 86_400_000_000_000n, 86_400n]) {
    pushReciprocal(divisor)
  }
  return Uint32Array.from(words)
}

/** Lower and upper half of the 64-bit pattern. */
function halves(value: bigint): [number, number] {
  return [Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n))]
}
