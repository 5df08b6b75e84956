/** Gets a GPU from a browser: `navigator.gpu`, in a page or a worker. Twin of adapter.node.ts. */

import { type Absence, type RequestAdapter, unavailable } from './adapter.js'

/** See `RequestAdapter`. */
export const requestAdapter: RequestAdapter = async (options = {}) => {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator.gpu as GPU | undefined)
  if (gpu === undefined || gpu === null) throw unavailable(whyMissing())
  const adapter = await gpu.requestAdapter({
    powerPreference: 'high-performance',
    forceFallbackAdapter: options.software ?? false,
  })
  if (adapter === null) {
    throw unavailable({
      reason: 'the browser has WebGPU but offers no adapter',
      remedy:
        'turn on hardware acceleration in its settings, update the graphics driver, or start ' +
        'Chromium with --enable-unsafe-webgpu, which also admits its software GPU',
    })
  }
  return { gpu, adapter }
}

function whyMissing(): Absence {
  if (globalThis.isSecureContext === false) {
    return {
      reason: 'the page is not a secure context',
      remedy: 'serve it over https or from localhost',
    }
  }
  return {
    reason: 'this browser has no WebGPU',
    remedy:
      'use Chrome or Edge 113, Safari 26, Firefox 141 or newer ' +
      '(on Linux Chrome may need chrome://flags/#enable-unsafe-webgpu)',
  }
}
