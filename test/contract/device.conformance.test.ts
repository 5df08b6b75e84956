/** What every device promises about data and its own end: src/devices/device.ts. */

import {
  type Device,
  DisposedError,
  type ElementType,
  generateRmat,
  MemoryLimitError,
  openDevice,
  pagerank,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'

const SAMPLES = {
  u8: Uint8Array.of(0, 1, 255),
  i8: Int8Array.of(-128, 0, 127),
  u16: Uint16Array.of(0, 1, 65535),
  i16: Int16Array.of(-32768, 0, 32767),
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
      const resident = await device.upload(SAMPLES[type] as Float64Array)
      expect(resident).toMatchObject({ type, length: SAMPLES[type].length, disposed: false })
      expect(await resident.read()).toStrictEqual(SAMPLES[type])
      const into = SAMPLES[type].slice()
      into.fill(into[1] as never)
      expect(await resident.read(into as Float64Array)).toBe(into)
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

    it('knows the type of what it was given', async () => {
      const resident = await device.upload(Float64Array.of(1, 2))
      const back: Float64Array = await resident.read()
      expect(back[1]).toBe(2)
      await resident.dispose()
    })

    it('refuses to allocate what is no array or too large, before it takes anything', async () => {
      await expect(device.alloc('f16' as never, 3)).rejects.toThrow('"type" expected')
      await expect(device.alloc('u8', -1)).rejects.toThrow('"length" expected')
      await expect(device.alloc('u32', 1.5)).rejects.toThrow('"length" expected')
      await expect(device.alloc('f64', 2 ** 40)).rejects.toThrow(MemoryLimitError)
      const resident = await device.alloc('u8', 3)
      expect(await resident.read()).toStrictEqual(new Uint8Array(3))
      await resident.dispose()
    })

    it.each([0, 1, 5])('settles what runs when it ends after %i ms', async (afterMs) => {
      const own = await openDevice(options)
      const large = new Float64Array(4_000_000)
      const calls = [
        own.upload(large),
        own.upload(large).then((resident) => resident.read()),
        pagerank(generateRmat({ scale: 8, seed: 1 }), { device: own, precision: 'f32' }),
      ]
      const outcomes = Promise.all(
        calls.map((call) =>
          call.then(
            () => undefined,
            (e) => e,
          ),
        ),
      )
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      await own.dispose()
      for (const error of await outcomes) {
        if (error !== undefined) expect(error).toBeInstanceOf(DisposedError)
      }
    })

    it('keeps the memory of a Resident until its last use has ended', async () => {
      const graph = await device.upload(generateRmat({ scale: 12, seed: 1 }))
      const array = await device.upload(new Float64Array(3_000_000).fill(1))
      const run = pagerank(graph, { iterations: 1_000_000, precision: 'f32' })
      const ended = expect(run).rejects.toThrow(DisposedError)
      await new Promise((resolve) => setTimeout(resolve, 50))
      const disposals = [graph.dispose(), array.dispose()]
      const others = await Promise.all([1, 2, 3].map((x) => device.upload(Float64Array.of(x))))
      await ended
      await Promise.all(disposals)
      for (const [i, other] of others.entries()) {
        expect(await other.read()).toStrictEqual(Float64Array.of(i + 1))
        await other.dispose()
      }
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
