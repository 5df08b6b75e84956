/** What every device promises about data and its own end: src/devices/device.ts. */

import {
  type Device,
  DisposedError,
  type ElementType,
  generateRmat,
  openDevice,
  pagerank,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'

const SAMPLES = {
  u8: Uint8Array.of(0, 1, 255),
  u32: Uint32Array.of(0, 1, 2 ** 32 - 1),
  i32: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1),
  f32: Float32Array.of(-0, Number.NaN, Number.POSITIVE_INFINITY, 1.5),
  f64: Float64Array.of(-0, Number.NaN, Number.MIN_VALUE, Number.MAX_VALUE, 0.1),
  u64: BigUint64Array.of(0n, 2n ** 64n - 1n),
  i64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
}
const TYPES = Object.keys(SAMPLES) as ElementType[]

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`device: ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())

    it('says what it is', () => {
      expect(device.kind).toBe(options.kind)
      expect(device.info).toMatchObject({ kind: options.kind, name: expect.any(String) })
      expect(device.disposed).toBe(false)
    })

    it.each(TYPES)('brings %s arrays back bit for bit', async (type) => {
      const resident = await device.upload<ElementType>(SAMPLES[type])
      expect(resident).toMatchObject({ type, length: SAMPLES[type].length, disposed: false })
      expect(await resident.read()).toStrictEqual(SAMPLES[type])
      const into = SAMPLES[type].slice()
      into.fill(into[1] as never)
      expect(await resident.read(into)).toBe(into)
      expect(into).toStrictEqual(SAMPLES[type])
      await resident.dispose()
    })

    it('copies: what the host changes later does not show', async () => {
      const array = Float64Array.of(1, 2, 3)
      const resident = await device.upload(array)
      array.fill(9)
      const copy = (await resident.read()) as Float64Array
      expect(copy).toStrictEqual(Float64Array.of(1, 2, 3))
      copy.fill(8)
      expect(await resident.read()).toStrictEqual(Float64Array.of(1, 2, 3))
      await resident.dispose()
    })

    it('allocates zeros, also where something else was', async () => {
      const dirty = await device.upload(new Uint32Array(1000).fill(7))
      await dirty.dispose()
      for (const length of [0, 1, 1000]) {
        const resident = await device.alloc('u32', length)
        expect(await resident.read()).toStrictEqual(new Uint32Array(length))
        await resident.dispose()
      }
    })

    it('carries a large array, in slices', async () => {
      const array = Float64Array.from({ length: 3_000_001 }, (_, i) => i * 1.5)
      const resident = await device.upload(array)
      const back = await resident.read()
      expect(back.length).toBe(array.length)
      expect(back.every((value, i) => value === array[i])).toBe(true)
      await resident.dispose()
    })

    it('refuses what does not fit, by name', async () => {
      const resident = await device.upload(Uint32Array.of(1, 2))
      await expect(resident.read(new Float64Array(2) as never)).rejects.toThrow(/"into" expected/)
      await expect(resident.read(new Uint32Array(3))).rejects.toThrow(/length 2, got 3/)
      await expect(device.upload([1, 2] as never)).rejects.toThrow(TypeError)
      const aborted = AbortSignal.abort(new Error('stop'))
      const upload = device.upload(Uint32Array.of(1), { signal: aborted })
      await expect(upload).rejects.toThrow('stop')
      await resident.dispose()
      await resident.dispose()
      expect(resident.disposed).toBe(true)
      await expect(resident.read()).rejects.toThrow(DisposedError)
    })

    it('ends once and for all, with everything that lies on it', async () => {
      const own = await openDevice(options)
      const array = await own.upload(Uint32Array.of(1))
      const graph = await own.upload(generateRmat({ scale: 4, seed: 1 }))
      await own.dispose()
      await own.dispose()
      expect(own.disposed).toBe(true)
      expect(array.disposed).toBe(true)
      await expect(array.read()).rejects.toThrow(DisposedError)
      await expect(own.upload(Uint32Array.of(1))).rejects.toThrow(DisposedError)
      await expect(own.alloc('u8', 1)).rejects.toThrow(DisposedError)
      await expect(pagerank(graph, { precision: 'f32' })).rejects.toThrow(DisposedError)
      await array.dispose()
      await graph.dispose()
    })
  })
}

describe('openDevice', () => {
  it.each([
    [{ kind: 'gpu' }, /"kind" expected 'reference' \| 'wasm' \| 'webgpu', got "gpu"/],
    [{}, /"kind" expected/],
    [{ kind: 'wasm', threads: 0 }, /"threads" expected whole number in \[1, 256\], got 0/],
    [{ kind: 'wasm', threads: 1.5 }, /"threads" expected whole number/],
    [{ kind: 'reference', threads: 2 }, /"threads" is an option of device 'wasm'/],
    [{ kind: 'wasm', thread: 2 }, /no option "thread"/],
  ])('refuses %o', async (options, message) => {
    await expect(openDevice(options as never)).rejects.toThrow(message)
  })
})
