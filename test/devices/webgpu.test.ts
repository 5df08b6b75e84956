/** The webgpu device: data both ways, limits, errors, and how it ends. Node only. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Device, ElementType, ResidentGraph } from '../../dist/devices/device.js'
import { describeAdapter } from '../../dist/devices/webgpu/adapter.js'
import { dispatchSize, gpuOf } from '../../dist/devices/webgpu/gpu.js'
import { openWebgpu, probeWebgpu } from '../../dist/devices/webgpu/index.js'
import { DeviceLostError, DisposedError, MemoryLimitError } from '../../dist/errors.js'
import { Graph } from '../../dist/graph/csr.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

/** The internal part of ResidentGraph. */
interface LayoutKeeper {
  layout<L>(request: {
    key: string
    signal: AbortSignal | undefined
    make: () => Promise<L>
  }): Promise<{ layout: L; isNew: boolean }>
}

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

/** Runs a module in a Node of its own; a Node that does not exit by itself is killed and fails. */
async function runNode(
  code: string,
  env: Record<string, string> = {},
  from: string = dist,
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', `import * as gpu from '${from}devices/webgpu/index.js'\n${code}`],
    { env: { ...process.env, ...env }, timeout: 30_000 },
  )
  return stdout.trim()
}

describe('webgpu without a GPU', () => {
  it('says why, and what to install', async () => {
    const code = `console.log(JSON.stringify(await gpu.probeWebgpu()))
      await gpu.openWebgpu().catch((error) => console.log(error.code))`
    const [probe, errorCode] = (await runNode(code, { VK_DRIVER_FILES: '/none.json' })).split('\n')
    expect(JSON.parse(probe)).toMatchObject({ available: false })
    expect(JSON.parse(probe).reason).toContain('none.json')
    expect(JSON.parse(probe).remedy).toContain('apt-get install chromium libvulkan1')
    expect(errorCode).toBe('ERR_TTC_DEVICE_UNAVAILABLE')
  })

  it('names the package that Node needs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ticktickclock-'))
    try {
      await cp(dist, join(folder, 'dist'), { recursive: true })
      await copyFile(join(dist, '../package.json'), join(folder, 'package.json'))
      const code = `console.log(JSON.stringify(await gpu.probeWebgpu()))`
      const probe = JSON.parse(await runNode(code, {}, join(folder, 'dist/')))
      expect(probe).toMatchObject({ available: false, remedy: 'run `npm install webgpu`' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('folds dispatches into two dimensions', () => {
    expect(dispatchSize(0, 256)).toEqual([0, 0])
    expect(dispatchSize(1, 256)).toEqual([1, 1])
    expect(dispatchSize(65_535 * 256, 256)).toEqual([65_535, 1])
    expect(dispatchSize(65_535 * 256 + 1, 256)).toEqual([65_535, 2])
    expect(dispatchSize(2 ** 32, 256)).toEqual([65_535, 257])
  })

  it('names adapters readably', () => {
    const name = (info: Partial<GPUAdapterInfo>) =>
      describeAdapter({
        info: { vendor: '', architecture: '', device: '', description: '', ...info },
      } as GPUAdapter)
    const chrome = name({ vendor: 'google', architecture: 'swiftshader' })
    expect(chrome).toMatchObject({ name: 'google swiftshader (software)', software: true })
    expect(name({ vendor: 'apple', architecture: 'metal-3' }).name).toBe('apple metal-3')
    expect(name({ vendor: 'nvidia', description: 'NVIDIA H200' }).name).toBe('NVIDIA H200')
    expect(name({ vendor: 'amd', architecture: 'rdna-3', device: 'x' }).name).toBe('amd rdna-3 x')
    expect(name({})).toMatchObject({ name: 'unnamed GPU', software: false })
  })

  it('keeps types of WebGPU out of its declarations', () => {
    const text = readFileSync(`${dist}devices/webgpu/index.d.ts`, 'utf8')
    expect(text).not.toMatch(/\bGPU[A-Z]|gpu\.js/)
  })
})

describe.skipIf(noGpu)(gpuTitle('webgpu device'), () => {
  let device: Device
  beforeAll(async () => {
    device = await openWebgpu()
  })
  afterAll(() => device?.dispose())

  it('describes itself', async () => {
    expect(device.info).toMatchObject({ kind: 'webgpu', threads: 0, sharedMemory: false })
    const probe = await probeWebgpu()
    expect(probe).toMatchObject({ available: true, name: device.info.name })
    if (device.info.software) expect(device.info.name).toContain('(software)')
  })

  it('copies every element type there and back, shared memory included', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(7))
    const arrays = [
      Uint8Array.of(1, 2, 3, 4, 5),
      Uint8Array.of(9, 8, 7, 6).subarray(1, 3),
      Uint32Array.of(2 ** 32 - 1, 0, 7),
      Int32Array.of(-1, 2 ** 31 - 1),
      Float32Array.of(0.1, Number.NaN, -0, Number.POSITIVE_INFINITY),
      Float64Array.of(0.1, 5e-324),
      BigUint64Array.of(2n ** 64n - 1n),
      BigInt64Array.of(-(2n ** 63n)),
      new Float32Array(0),
      shared.fill(3),
    ]
    for (const array of arrays) {
      await using resident = await device.upload(array as Uint8Array)
      expect(resident.length).toBe(array.length)
      expect(new Uint8Array((await resident.read()).buffer)).toEqual(
        new Uint8Array(array.buffer.slice(array.byteOffset, array.byteOffset + array.byteLength)),
      )
    }
  })

  it('copies in slices', async () => {
    const array = new Uint8Array(17 * 1024 * 1024 + 3)
    for (let i = 0; i < array.length; i += 4099) array[i] = i
    await using resident = await device.upload(array)
    const into = new Uint8Array(array.length)
    expect(await resident.read(into)).toBe(into)
    expect(Buffer.compare(into, array)).toBe(0)
  })

  it('allocates zeros', async () => {
    for (const type of ['u8', 'u32', 'f64', 'i64'] satisfies ElementType[]) {
      await using resident = await device.alloc(type, 5)
      const read = await resident.read()
      expect(Array.from(read, Number)).toEqual([0, 0, 0, 0, 0])
    }
  })

  it('checks what it is given', async () => {
    await using resident = await device.upload(Float32Array.of(1, 2))
    await expect(resident.read(new Float32Array(3))).rejects.toThrow(RangeError)
    await expect(resident.read(new Uint32Array(2) as never)).rejects.toThrow(TypeError)
    await expect(device.upload([1, 2] as never)).rejects.toThrow(TypeError)
    await expect(device.alloc('f32', -1)).rejects.toThrow(RangeError)
    await expect(device.alloc('f16' as never, 1)).rejects.toThrow(RangeError)
  })

  it('refuses what cannot fit before it takes anything', async () => {
    const error = await device.alloc('f64', 2 ** 40).catch((reason) => reason)
    expect(error).toBeInstanceOf(MemoryLimitError)
    expect(error.neededBytes).toBe(2 ** 43)
    expect(error.limitBytes).toBeGreaterThan(0)
    expect(error.message).toContain("device 'wasm'")
  })

  it('stops an upload', async () => {
    const array = new Uint8Array(40 * 1024 * 1024)
    const before = AbortSignal.abort(new Error('early'))
    await expect(device.upload(array, { signal: before })).rejects.toThrow('early')
    const controller = new AbortController()
    const upload = device.upload(array, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('late')), 1)
    await expect(upload).rejects.toThrow('late')
    await using after = await device.upload(Uint8Array.of(1))
    expect(await after.read()).toEqual(Uint8Array.of(1))
  })

  it('turns errors of the GPU into rejections', async () => {
    const gpu = gpuOf(device)
    const bad = gpu.scoped('a test', () => gpu.device.createBuffer({ size: 4, usage: 0 }))
    await expect(bad).rejects.toThrow(/refused a test/)
    await expect(gpu.pipeline('broken', 'fn main() { nonsense }', 'main')).rejects.toThrow(
      /can't compile broken/,
    )
  })

  it('makes Residents of graphs, whose layouts go with them', async () => {
    const graph = Graph.allocate({
      vertexCount: 1,
      arcCount: 0,
      edgeCount: 0,
      directed: true,
      weighted: false,
      idKind: 'dense',
    })
    const resident = (await device.upload(graph)) as ResidentGraph & LayoutKeeper
    let disposed = 0
    const make = async () => ({ dispose: () => disposed++ })
    const request = { key: 'k', signal: undefined, make }
    const { layout } = await resident.layout(request)
    expect(await resident.layout(request)).toStrictEqual({ layout, isNew: false })
    await resident.dispose()
    await resident.dispose()
    expect(disposed).toBe(1)
    await expect(resident.layout(request)).rejects.toThrow(DisposedError)
  })
})

describe.skipIf(noGpu)(gpuTitle('the end of a webgpu device'), () => {
  it('rejects what runs and what comes later, and may be repeated', async () => {
    const device = await openWebgpu()
    const resident = await device.upload(new Uint8Array(1024))
    const running = resident.read()
    const failed = expect(running).rejects.toThrow(DisposedError)
    await Promise.all([device.dispose(), device.dispose(), failed])
    await device.dispose()
    expect(device.disposed).toBe(true)
    expect(resident.disposed).toBe(true)
    await expect(resident.read()).rejects.toThrow(DisposedError)
    await expect(device.upload(new Uint8Array(1))).rejects.toThrow(DisposedError)
    await expect(device.alloc('u8', 1)).rejects.toThrow(DisposedError)
    await resident.dispose()
  })

  it('tells a disposed array from a disposed device', async () => {
    await using device = await openWebgpu()
    const resident = await device.upload(new Uint8Array(1024))
    await resident.dispose()
    await expect(resident.read()).rejects.toThrow(/resident array/)
  })

  it('reports a lost GPU', async () => {
    const device = await openWebgpu()
    const resident = await device.upload(new Uint8Array(1024))
    gpuOf(device).device.destroy()
    await expect(resident.read()).rejects.toThrow(DeviceLostError)
    await expect(device.upload(new Uint8Array(1))).rejects.toThrow(DeviceLostError)
    await device.dispose()
    await expect(resident.read()).rejects.toThrow(DisposedError)
  })

  it('lets Node exit, disposed or not', async () => {
    const use = `const device = await gpu.openWebgpu()
      globalThis.kept = device
      const resident = await device.upload(new Uint8Array(1024))
      await resident.read()`
    expect(await runNode(`${use}\nawait device.dispose()\nconsole.log('end')`)).toBe('end')
    expect(await runNode(`${use}\nconsole.log('end')`)).toBe('end')
    expect(await runNode(`console.log((await gpu.probeWebgpu()).available)`)).toBe('true')
  })

  it('gives its memory back', async () => {
    const cycle = `
      const cycle = async () => {
        const device = await gpu.openWebgpu()
        const resident = await device.upload(new Uint8Array(1024))
        await resident.read()
        await device.dispose()
      }
      const run = async (times) => { for (let i = 0; i < times; i++) await cycle() }
      await run(10)
      // A leak shows in every span; what the collector leaves for later does not.
      const growths = []
      for (let span = 0; span < 3; span++) {
        const before = process.memoryUsage.rss()
        await run(20)
        growths.push(process.memoryUsage.rss() - before)
      }
      console.log(Math.min(...growths))`
    expect(Number(await runNode(cycle))).toBeLessThan(16e6)
  })
})
