/** Calibration of devices: every kernel gets figures, and `device: 'auto'` can choose by them. */

import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../dist/cost/index.js'
import { calibrateDevices } from '../../dist/kernels/calibrate.js'
import type { DeviceFigures } from '../../dist/profile.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

const KERNELS = ['histogram', 'pagerank', 'reduce', 'scan', 'sort', 'timestamps']

/** A clock by which every call takes as long as its turn says: no real time is waited for. */
function stepClock(stepMs: () => number) {
  let nowMs = 0
  return () => {
    nowMs += stepMs()
    return nowMs
  }
}

async function calibrated(kind: DeviceFigures['kind']): Promise<DeviceFigures> {
  const started: string[] = []
  const onStart = (device: string, kernel: string) => void started.push(`${kernel} on ${device}`)
  const nowMs = () => performance.now()
  const [figures] = await calibrateDevices({ kinds: [kind], nowMs, onStart })
  expect(started.sort()).toEqual(KERNELS.map((kernel) => `${kernel} on ${kind}`))
  return figures
}

function expectFigures({ kind, kernels }: DeviceFigures, least: number): void {
  const measured = Object.keys(kernels).sort()
  expect(measured.length, measured.join()).toBeGreaterThanOrEqual(least)
  for (const { callMs, itemMs } of Object.values(kernels)) {
    expect(callMs).toBeGreaterThanOrEqual(0)
    expect(itemMs).toBeGreaterThanOrEqual(0)
    expect(callMs + 1e6 * itemMs, kind).toBeGreaterThan(0)
  }
}

describe('calibrateDevices', () => {
  it.each(['reference', 'wasm'] as const)('measures every kernel on %s', async (kind) => {
    const figures = await calibrated(kind)
    // A busy machine may make a larger call the quicker one: then there are no figures of it.
    expectFigures(figures, KERNELS.length - 1)
    const profile = { format: 'ticktickclock-profile', version: 1, transports: {} }
    const origin = { runtime: 'a', platform: 'b', hardwareThreads: 2, date: '2026-01-01' }
    const { devices } = parseProfile({ ...profile, origin, devices: [figures] })
    expect(devices).toEqual([figures])
  })

  it('takes medians, and leaves out what fits no line', async () => {
    let looks = 0
    // The more often it looks, the less has passed: larger calls, which come later, take less.
    const nowMs = stepClock(() => 1e4 / ++looks)
    const [{ kernels }] = await calibrateDevices({ kinds: ['reference'], nowMs })
    expect(kernels).toEqual({})
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const nowMs = stepClock(() => 1)
    const onStart = (_: string, kernel: string) => {
      if (kernel === 'sort') controller.abort(new Error('enough'))
    }
    const { signal } = controller
    const ended = calibrateDevices({ kinds: ['reference'], nowMs, signal, onStart })
    await expect(ended).rejects.toThrow('enough')
  })
})

describe.skipIf(noGpu !== undefined)(gpuTitle('calibrateDevices on a GPU'), () => {
  it('measures every kernel, those with numbers in f32', async () => {
    const figures = await calibrated('webgpu')
    // What a call costs on an emulated GPU hides what small arrays take; not so when it sorts.
    expectFigures(figures, figures.software ? 1 : KERNELS.length - 1)
    expect(figures.kernels.sort).toBeDefined()
  })
})
