/** The browser of the test configuration has WebGPU, so that a missing adapter is never a skip. */

import { expect, it } from 'vitest'

it('offers a WebGPU adapter, in software where there is no GPU', async () => {
  const adapter = await navigator.gpu.requestAdapter()
  expect(adapter).not.toBeNull()
})
