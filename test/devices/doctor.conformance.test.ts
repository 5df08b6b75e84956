/** `doctor()` in every place: it never throws, and what is missing has a reason and a remedy. */

import { doctor } from 'ticktickclock'
import { expect, it } from 'vitest'

const inBrowser = typeof window === 'object'

it('says what this place can compute on', async () => {
  const { runtime, processors, reference, wasm, webgpu } = await doctor()
  expect(runtime.name).toBe(inBrowser ? 'browser' : 'node')
  expect(processors).toBeGreaterThanOrEqual(1)
  expect(reference.available).toBe(true)
  expect(wasm.available).toBe(true)
  if (wasm.available) {
    expect(wasm.sharedMemory).toBe(typeof SharedArrayBuffer !== 'undefined')
    expect(wasm.threads).toBe(wasm.sharedMemory ? processors : 1)
  }
  if (webgpu.available) {
    expect(webgpu.name).not.toBe('')
    expect(webgpu.limits.maxBufferBytes).toBeGreaterThan(2 ** 26)
  } else {
    expect(webgpu.why.length).toBeGreaterThan(10)
    expect(webgpu.remedy.length).toBeGreaterThan(10)
  }
})
