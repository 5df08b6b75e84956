/** Loads the package's one WASM binary in Node. Twin of wasm.browser.ts; resolved by `#wasm`. */

import { readFile } from 'node:fs/promises'

let compiled: Promise<WebAssembly.Module> | undefined

/** The compiled kernels, compiled once a process. */
export function loadWasmModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(new URL('./kernels.wasm', import.meta.url)).then((bytes) =>
    WebAssembly.compile(bytes),
  )
  return compiled
}
