/** Loads the package's one WASM binary in a page or web worker. Twin of wasm.node.ts. */

let compiled: Promise<WebAssembly.Module> | undefined

/** The compiled kernels, compiled once a page or worker; a failed load is tried again. */
export function loadWasmModule(): Promise<WebAssembly.Module> {
  compiled ??= compile(new URL('./kernels.wasm', import.meta.url)).catch((error) => {
    compiled = undefined
    throw error
  })
  return compiled
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`)
  // A server that doesn't know the type application/wasm must not stop the page.
  return WebAssembly.compile(await response.arrayBuffer())
}
