/** Loads the package's one WASM binary in a page or web worker. Twin of wasm.node.ts. */

import { createWasmLoader } from './wasm.js'

/** Where the binary lies beside the code, in a bundle beside the scripts of workers, too. */
export const kernelsPlace = (): URL => new URL('./kernels.wasm', import.meta.url)

/** The compiled kernels. */
export const loadWasmModule = createWasmLoader(kernelsPlace, async (place) => {
  const response = await fetch(place)
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  // A server that doesn't know the type application/wasm must not stop the page.
  return response.arrayBuffer()
})
