/**
 * Which device suits a workload: a pure function of sizes and measured figures, never of a timing
 * inside the call. Opens nothing; `devices/open.ts` does.
 */

import type { CostProfile, DeviceFigures, ProfiledKernel } from '../profile.js'
import type { CurrentProfile } from './current.js'
import { SHIPPED_PROFILE, SHIPPED_SOURCE } from './shipped.js'

/**
 * Calls that plain JavaScript ends so soon stay there, whatever a device would save: it opens at
 * once, where workers take some 50 ms to start.
 */
export const SOON_MS = 1

/** A device kind with the reason for it, in words. */
export interface Choice {
  kind: DeviceFigures['kind']
  reason: string
}

/** What the choice depends on. */
export interface Workload {
  kernel: ProfiledKernel
  /** Items that one pass of the kernel reads. */
  count: number
  /** What they are, for the reason: `vertices and arcs together`. */
  items: string
  /** Why WASM can't run here, if it can't. */
  whyNoWasm: string | undefined
  /** Whether the GPU's answer is as precise as the others'; `auto` never takes it otherwise. */
  exactOnGpu: boolean
}

const NAMES = { reference: 'plain JavaScript', wasm: 'WASM', webgpu: 'the GPU' } as const

/** The device for a call under `device: 'auto'`: the one that the profile says ends first. */
export function chooseDevice(workload: Workload, current: CurrentProfile): Choice {
  const { kernel, count, items, whyNoWasm, exactOnGpu } = workload
  if (whyNoWasm !== undefined) return { kind: 'reference', reason: `auto: ${whyNoWasm}` }
  const { profile, source } = withFigures(kernel, current)
  const times = (['reference', 'wasm', 'webgpu'] as const).flatMap((kind) => {
    const device = profile.devices.find((each) => each.kind === kind && !each.software)
    const figures = device?.kernels[kernel]
    if (figures === undefined || (kind === 'webgpu' && !exactOnGpu)) return []
    return [{ kind, ms: figures.callMs + count * figures.itemMs }]
  })
  const [reference] = times
  const first = times.reduce((best, each) => (each.ms < best.ms ? each : best))
  const chosen = reference.ms <= SOON_MS ? reference : first
  const others = times.filter((each) => each !== chosen)
  const said = [chosen, ...others].map(({ kind, ms }) => `${NAMES[kind]} ${rounded(ms)} ms`)
  return { kind: chosen.kind, reason: `auto: ${count} ${items}, ${said.join(', ')} by ${source}` }
}

/** The profile, if it knows both devices that are always there; otherwise the table. */
function withFigures(kernel: ProfiledKernel, current: CurrentProfile): CurrentProfile {
  const knows = ({ devices }: CostProfile, kind: DeviceFigures['kind']) =>
    devices.some((device) => device.kind === kind && device.kernels[kernel] !== undefined)
  const { profile } = current
  if (knows(profile, 'reference') && knows(profile, 'wasm')) return current
  return { profile: SHIPPED_PROFILE, source: SHIPPED_SOURCE }
}

/** Two digits: more would promise too much. */
function rounded(ms: number): string {
  return String(Number(ms.toPrecision(2)))
}
