/** `device: 'auto'` goes by the profile in force, whatever it says, and by nothing else. */

import {
  configure,
  type DeviceKind,
  graphFromEdges,
  type KernelRun,
  pagerank,
  sort,
} from 'ticktickclock'
import type { CostProfile } from 'ticktickclock/cost'
import { afterEach, describe, expect, it } from 'vitest'
import { SHIPPED_PROFILE } from '../../src/cost/shipped.js'

afterEach(() => configure({ profile: undefined }))

/** Milliseconds of any call of a kernel, by device. */
function profileOf(calls: Partial<Record<DeviceKind, number>>): CostProfile {
  const devices = Object.entries(calls).map(([kind, callMs]) => {
    const figures = { callMs, itemMs: 0 }
    const kernels = { sort: figures, pagerank: figures }
    return { kind: kind as DeviceKind, name: kind, software: false, kernels }
  })
  return { ...SHIPPED_PROFILE, devices }
}

async function sorted(): Promise<KernelRun> {
  let ran: KernelRun | undefined
  const values = await sort(Float64Array.of(3, 1, 2), {
    device: 'auto',
    onRun: (run) => {
      ran = run
    },
  })
  expect([...values]).toEqual([1, 2, 3])
  return ran as KernelRun
}

describe("device: 'auto'", () => {
  it('takes what the profile says ends first', async () => {
    configure({ profile: profileOf({ reference: 3, wasm: 2 }) })
    const { device, reason } = await sorted()
    expect(device.kind).toBe('wasm')
    expect(reason).toBe(
      'auto: 3 values, WASM 2 ms, plain JavaScript 3 ms by the profile of configure()',
    )
    configure({ profile: profileOf({ reference: 3, wasm: 4 }) })
    expect((await sorted()).device.kind).toBe('reference')
  })

  it('stays in plain JavaScript for a millisecond', async () => {
    configure({ profile: profileOf({ reference: 1, wasm: 0.1 }) })
    expect((await sorted()).device.kind).toBe('reference')
    configure({ profile: profileOf({ reference: 1.01, wasm: 0.1 }) })
    expect((await sorted()).device.kind).toBe('wasm')
  })

  it('goes on WASM where the GPU of the profile is not there, or emulated', async () => {
    configure({ profile: profileOf({ reference: 3, wasm: 2, webgpu: 1 }) })
    const { device, reason } = await sorted()
    expect(reason).toMatch(/^auto: 3 values, the GPU 1 ms, plain JavaScript 3 ms, WASM 2 ms/)
    if (device.kind === 'webgpu') {
      // Only where there is a real one.
      expect(device.software).toBe(false)
      return
    }
    expect(device.kind).toBe('wasm')
    expect(reason).toMatch(/; there is no such GPU now$/)
  })

  it('leaves to a GPU only what it answers as precisely', async () => {
    configure({ profile: profileOf({ reference: 3, wasm: 2, webgpu: 1 }) })
    const { device, reason } = await pagerank(graphFromEdges([[0, 1]]))
    expect(device.kind).toBe('wasm')
    expect(reason).not.toContain('GPU')
  })
})
