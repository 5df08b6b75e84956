/** Loads the package's one WASM binary in Node. Twin of wasm.browser.ts; resolved by `#wasm`. */

import { readFile } from 'node:fs/promises'
import { createWasmLoader } from './wasm.js'

/** The compiled kernels. */
export const loadWasmModule = createWasmLoader(
  () => new URL('./kernels.wasm', import.meta.url),
  async (place) => {
    const url = URL.canParse(String(place)) ? new URL(place) : undefined
    if (url === undefined || /^[a-z]:$/i.test(url.protocol)) return readFile(place)
    if (url.protocol === 'file:') return readFile(url)
    const response = await fetch(url)
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    return response.arrayBuffer()
  },
)
