/** The choice of a device: the one that figures say ends first, and what never is chosen. */

import fc from 'fast-check'
import type { CostProfile, DeviceFigures } from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { chooseDevice, SOON_MS } from '../../src/cost/choose.js'
import { SHIPPED_PROFILE } from '../../src/cost/shipped.js'
import { count as cases, testSeed } from '../support/seed.js'

const KERNELS = ['pagerank', 'sort', 'timestamps', 'scan', 'reduce', 'histogram'] as const

const device = (kind: DeviceFigures['kind'], callMs: number, itemMs: number, software = false) => ({
  ...{ kind, name: kind, software, kernels: { sort: { callMs, itemMs } } },
})

const withDevices = (...devices: DeviceFigures[]) => ({
  profile: { ...SHIPPED_PROFILE, devices } satisfies CostProfile,
  source: 'a test',
})
const sorting = (count: number) => ({
  ...({ kernel: 'sort', count, items: 'values', whyNoWasm: undefined, exactOnGpu: true } as const),
})

describe('chooseDevice', () => {
  const known = withDevices(device('reference', 0, 0.01), device('wasm', 2, 0.001))

  it('takes the device that ends first, and says by which figures', () => {
    // They meet at 2 / 0.009 = 222 items.
    expect(chooseDevice(sorting(200), known)).toEqual({
      kind: 'reference',
      reason: 'auto: 200 values, plain JavaScript 2 ms, WASM 2.2 ms by a test',
    })
    expect(chooseDevice(sorting(300), known)).toEqual({
      kind: 'wasm',
      reason: 'auto: 300 values, WASM 2.3 ms, plain JavaScript 3 ms by a test',
    })
  })

  it('stays in plain JavaScript for what is over soon', () => {
    const quick = withDevices(device('reference', 0, 0.01), device('wasm', 0, 0.001))
    expect(chooseDevice(sorting(SOON_MS / 0.01), quick).kind).toBe('reference')
    expect(chooseDevice(sorting(SOON_MS / 0.01 + 1), quick).kind).toBe('wasm')
  })

  it('takes a GPU where it is as precise, and quicker', () => {
    const gpu = withDevices(...known.profile.devices, device('webgpu', 0.1, 1e-6))
    expect(chooseDevice(sorting(1e6), gpu).kind).toBe('webgpu')
    expect(chooseDevice({ ...sorting(1e6), exactOnGpu: false }, gpu).kind).toBe('wasm')
  })

  it('never takes a GPU in software', () => {
    const gpu = withDevices(...known.profile.devices, device('webgpu', 0, 0, true))
    expect(chooseDevice(sorting(1e6), gpu).kind).toBe('wasm')
  })

  it('says why there is no WASM', () => {
    expect(chooseDevice({ ...sorting(1e6), whyNoWasm: 'no SIMD' }, known)).toEqual({
      kind: 'reference',
      reason: 'auto: no SIMD',
    })
  })

  it('takes the shipped table where the profile lacks one of both', () => {
    const half = withDevices(device('reference', 0, 0.01))
    expect(chooseDevice(sorting(1e6), half).reason).toMatch(/by the table that comes with/)
    const other = { ...sorting(1e6), kernel: 'scan' as const }
    expect(chooseDevice(other, known).reason).toMatch(/by the table that comes with/)
  })

  it.each(KERNELS)('knows %s in the shipped table: little here, much there', (kernel) => {
    const current = { profile: SHIPPED_PROFILE, source: 'shipped' }
    expect(chooseDevice({ ...sorting(16), kernel }, current).kind).toBe('reference')
    expect(chooseDevice({ ...sorting(2 ** 22), kernel }, current).kind).toBe('wasm')
  })

  it('is never worse than the best but for what is over soon', () => {
    const ms = fc.double({ min: 0, max: 10, noNaN: true })
    fc.assert(
      fc.property(ms, ms, ms, ms, fc.nat(10_000), (a, b, c, d, count) => {
        const figures = [device('reference', a, b / 1000), device('wasm', c, d / 1000)]
        const { kind } = chooseDevice(sorting(count), withDevices(...figures))
        const timeOf = ({ kernels }: (typeof figures)[number]) =>
          kernels.sort.callMs + count * kernels.sort.itemMs
        const taken = timeOf(figures.find((each) => each.kind === kind) as (typeof figures)[number])
        expect(taken).toBeLessThanOrEqual(Math.max(SOON_MS, Math.min(...figures.map(timeOf))))
      }),
      { seed: testSeed(), numRuns: cases(500) },
    )
  })
})
