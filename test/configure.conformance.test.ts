/**
 * `configure({ wasm, workerFactory })` in Node and in pages: each form of the binary, in this
 * thread's pools and in the worker's; workers that are made by hand, that can't be loaded, that
 * don't answer.
 */

import {
  type CompiledWasm,
  configure,
  DeviceLostError,
  DeviceUnavailableError,
  type OwnWorker,
  openDevice,
  sort,
  type WorkerRole,
} from 'ticktickclock'
import { connectWorker } from 'ticktickclock/worker'
import { afterEach, describe, expect, it } from 'vitest'

const inBrowser = typeof window === 'object'
const KERNELS = new URL('../dist/kernels.wasm', import.meta.url)
const VALUES = Float64Array.from({ length: 10_000 }, (_, index) => Math.sin(index))
const SORTED = VALUES.slice().sort()

afterEach(() =>
  configure({ wasm: undefined, workerFactory: undefined, barrierTimeoutMs: undefined }),
)

async function kernelBytes(): Promise<Uint8Array<ArrayBuffer>> {
  if (inBrowser) return new Uint8Array(await (await fetch(KERNELS)).arrayBuffer())
  const { readFile } = await import('node:fs/promises')
  return new Uint8Array(await readFile(KERNELS))
}

/** Sorts on a WASM device of this thread's. */
async function sortHere(): Promise<Float64Array> {
  const device = await openDevice({ kind: 'wasm', threads: 2 })
  try {
    return await sort(VALUES, { device })
  } finally {
    await device.dispose()
  }
}

/** Sorts on a WASM device of a worker's. */
async function sortThere(): Promise<Float64Array> {
  const worker = await connectWorker()
  try {
    return await worker.sort(VALUES, { device: 'wasm' })
  } finally {
    await worker.dispose()
  }
}

const FORMS: Record<string, () => Promise<string | URL | CompiledWasm>> = {
  'a URL': async () => KERNELS,
  'the text of a URL': async () => KERNELS.href,
  'a path, from the page or of the disk': async () => {
    if (inBrowser) return KERNELS.pathname
    return (await import('node:url')).fileURLToPath(KERNELS)
  },
  bytes: kernelBytes,
  'an ArrayBuffer': async () => (await kernelBytes()).buffer,
  'a module': async () => WebAssembly.compile(await kernelBytes()),
}

describe('the WASM binary', () => {
  it.each(Object.keys(FORMS))('can be given as %s', async (name) => {
    configure({ wasm: await FORMS[name]() })
    expect(await sortHere()).toStrictEqual(SORTED)
    expect(await sortThere()).toStrictEqual(SORTED)
  })

  it.each([
    ['a URL', new URL('../dist/no-such-file.wasm', import.meta.url), /no-such-file\.wasm/],
    ['bytes', Uint8Array.of(0, 97, 115, 109, 9), /given to configure\(\{ wasm \}\) can't be comp/],
  ] as const)('says what is wrong with %s, here and in the worker', async (_, wasm, words) => {
    configure({ wasm })
    for (const attempt of [sortHere, sortThere]) {
      const error = await attempt().catch((problem) => problem)
      expect(error).toBeInstanceOf(DeviceUnavailableError)
      expect(error.message).toMatch(words)
      expect(error.message).toMatch(/kernels\.wasm/)
    }
    // What failed is not kept.
    configure({ wasm: undefined })
    expect(await sortHere()).toStrictEqual(SORTED)
  })

  it('refuses what is no binary', () => {
    expect(() => configure({ wasm: {} })).toThrow('"wasm" expected URL, bytes or WebAssembly')
    expect(() => configure({ wasm: 3 as never })).toThrow(TypeError)
  })
})

/** Makes a worker of this place's own kind, from a script of the package's or from some code. */
async function makers() {
  if (inBrowser) {
    return {
      ofScript: (role: WorkerRole): OwnWorker => {
        const url = new URL(`../dist/workers/${role}-worker.browser.js`, import.meta.url)
        return new Worker(url, { type: 'module' })
      },
      ofNothing: () => new Worker('/there/is/no-such-worker.js', { type: 'module' }),
      ofSilence: () => new Worker(URL.createObjectURL(new Blob(['']))),
    }
  }
  const { Worker: Thread } = await import('node:worker_threads')
  return {
    ofScript: (role: WorkerRole): OwnWorker =>
      new Thread(new URL(`../dist/workers/${role}-worker.node.js`, import.meta.url)),
    ofNothing: () => new Thread(new URL('file:///there/is/no-such-worker.js')),
    ofSilence: () => new Thread('setInterval(() => {}, 1000)', { eval: true }),
  }
}

describe('a factory of workers', () => {
  it('makes those of pools and the one for calls, which are ended with their owners', async () => {
    const { ofScript } = await makers()
    const roles: string[] = []
    let alive = 0
    configure({
      workerFactory(role) {
        roles.push(role)
        alive++
        const worker = ofScript(role)
        const { terminate } = worker
        worker.terminate = () => {
          alive--
          return terminate.call(worker)
        }
        return worker
      },
    })
    expect(await sortHere()).toStrictEqual(SORTED)
    const isShared = typeof SharedArrayBuffer !== 'undefined'
    expect(roles).toStrictEqual(isShared ? ['pool', 'pool'] : ['pool'])
    expect(await sortThere()).toStrictEqual(SORTED)
    expect(roles.filter((role) => role === 'calls')).toHaveLength(1)
    expect(alive).toBe(0)
  })

  it('must make a worker', async () => {
    expect(() => configure({ workerFactory: 'pool' as never })).toThrow('"workerFactory"')
    configure({ workerFactory: () => ({ postMessage() {}, terminate() {} }) })
    await expect(sortHere()).rejects.toThrow(/"workerFactory" expected function that makes/)
    await expect(sortThere()).rejects.toThrow(/"workerFactory" expected function that makes/)
  })

  it('whose script is missing is heard of in the error', async () => {
    const { ofNothing } = await makers()
    configure({ workerFactory: ofNothing })
    for (const attempt of [sortHere, sortThere]) {
      const error = await attempt().catch((problem) => problem)
      expect(error).toBeInstanceOf(DeviceLostError)
      expect(error.message).toMatch(inBrowser ? /"workerFactory", could not be/ : /no-such-worker/)
    }
  })

  it('whose script is another one is found out', async () => {
    const { ofSilence } = await makers()
    configure({ workerFactory: ofSilence, barrierTimeoutMs: 300 })
    const script = 'within 300 ms: does its script import'
    await expect(sortHere()).rejects.toThrow(`${script} 'ticktickclock/pool-worker'`)
    await expect(sortThere()).rejects.toThrow(`${script} 'ticktickclock/calls-worker'`)
  })
})
