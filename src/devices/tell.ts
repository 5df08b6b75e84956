/**
 * Tells of kernels that have run, on the bus of the process: calls of kernels have no other. Called
 * where a kernel's timings are put together.
 */

import { telemetry } from '../event-bus.js'
import { epochMs } from '../time/system.js'
import type { DeviceInfo } from './device.js'

/** What there is to tell: a `KernelRun` without its reason. */
export interface ToldRun {
  device: DeviceInfo
  timings: { uploadMs: number; prepareMs: number; computeMs: number; readMs: number }
}

const NS_PER_MS = 1e6

/** A call of a kernel is over; its result is about to be there. */
export function tellKernel(kernel: string, { device, timings }: ToldRun): void {
  if (!telemetry.hears('kernel.completed')) return
  const { uploadMs, prepareMs, computeMs, readMs } = timings
  const measurements = {
    time: epochMs() * NS_PER_MS,
    duration: (uploadMs + prepareMs + computeMs + readMs) * NS_PER_MS,
    upload: uploadMs * NS_PER_MS,
    prepare: prepareMs * NS_PER_MS,
    compute: computeMs * NS_PER_MS,
    read: readMs * NS_PER_MS,
  }
  const metadata = { kernel, device_kind: device.kind, device_name: device.name }
  telemetry.emit('kernel.completed', measurements, metadata)
}
