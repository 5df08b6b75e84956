/**
 * Loading the package's one WASM binary: from where `configure({ wasm })` says, else from beside
 * the code. Compiled once a process, page or worker; a failed load is tried again. Shared by
 * wasm.node.ts and wasm.browser.ts, which know how bytes are read.
 */

import { readConfig, type WasmSource } from './config.js'
import { DeviceUnavailableError } from './errors.js'

/** A module of one function that returns an i8x16: valid only where SIMD is. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
])

let examined: { problem: string | undefined } | undefined

/** Why WASM can't be used here, or undefined when it can. */
export function whyNoWasm(): string | undefined {
  // Once: each refusal of a content security policy is reported to the page's owner.
  examined ??= { problem: examineWasm() }
  return examined.problem
}

function examineWasm(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'this host has no WebAssembly'
  if (!WebAssembly.validate(SIMD_PROBE)) return "this host's WebAssembly has no SIMD"
  try {
    new WebAssembly.Module(SIMD_PROBE)
  } catch (_error) {
    return (
      "the page's content security policy refuses WebAssembly: 'wasm-unsafe-eval' is missing in " +
      'its script-src'
    )
  }
  return undefined
}

/**
 * Makes `loadWasmModule`.
 *
 * @param own where the binary lies beside the code; a function, because what a bundler makes of
 *   `import.meta.url` may not be ready yet
 * @param read the bytes at a place
 */
export function createWasmLoader(
  own: () => URL,
  read: (place: string | URL) => Promise<ArrayBuffer | ArrayBufferView<ArrayBuffer>>,
): () => Promise<WebAssembly.Module> {
  let loaded: { source: WasmSource | undefined; module: Promise<WebAssembly.Module> } | undefined

  async function load(source: WasmSource): Promise<WebAssembly.Module> {
    const problem = whyNoWasm()
    if (problem !== undefined) throw new DeviceUnavailableError(problem)
    if (source instanceof WebAssembly.Module) return source
    if (typeof source === 'string' || source instanceof URL) {
      return compile(await readFrom(source), `of ${source}`)
    }
    return compile(source as ArrayBuffer, 'given to configure({ wasm })')
  }

  async function readFrom(
    place: string | URL,
  ): Promise<ArrayBuffer | ArrayBufferView<ArrayBuffer>> {
    try {
      return await read(place)
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new DeviceUnavailableError(
        `the WASM kernels can't be loaded from ${place}: ${problem}; copy kernels.wasm there, or ` +
          'say where it is: configure({ wasm })',
        { cause },
      )
    }
  }

  return () => {
    const source = readConfig().wasm
    if (loaded === undefined || loaded.source !== source) {
      const entry = { source, module: load(source ?? own()) }
      loaded = entry
      entry.module.catch(() => {
        if (loaded === entry) loaded = undefined
      })
    }
    return loaded.module
  }
}

async function compile(
  bytes: ArrayBuffer | ArrayBufferView<ArrayBuffer>,
  whence: string,
): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new DeviceUnavailableError(
      `the WASM kernels ${whence} can't be compiled: ${problem}; is it this version's ` +
        'kernels.wasm? Some servers answer with a page of theirs for a file that they lack',
      { cause },
    )
  }
}
