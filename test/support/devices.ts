/**
 * The devices that conformance suites run on, wherever they run. A missing one is a visible skip
 * with its reason.
 */

import { type OpenDeviceOptions, openDevice } from 'ticktickclock'

/** A way to open a device, or the reason why this place has none. */
export interface Candidate {
  name: string
  options: OpenDeviceOptions
  /** Why it can't be opened here; printed. */
  missing: string | undefined
}

const ISOLATED = typeof SharedArrayBuffer !== 'undefined'

const NOT_ISOLATED = 'this page is not cross-origin isolated, so no memory is shared'

/** All devices; the GPU is probed by opening it once. */
export async function candidates(): Promise<Candidate[]> {
  const threads = (count: number): Candidate => ({
    name: `wasm, ${count} threads`,
    options: { kind: 'wasm', threads: count },
    missing: ISOLATED ? undefined : NOT_ISOLATED,
  })
  const list: Candidate[] = [
    { name: 'reference', options: { kind: 'reference' }, missing: undefined },
    { name: 'wasm, 1 thread', options: { kind: 'wasm', threads: 1 }, missing: undefined },
    threads(2),
    threads(3),
    {
      name: 'wasm, private memory',
      options: { kind: 'wasm', sharedMemory: false },
      missing: undefined,
    },
    { name: 'webgpu', options: { kind: 'webgpu' }, missing: await whyNoGpu() },
  ]
  for (const { name, missing } of list) {
    if (missing !== undefined) console.log(`skipped: ${name}: ${missing}`)
  }
  return list
}

async function whyNoGpu(): Promise<string | undefined> {
  try {
    await (await openDevice({ kind: 'webgpu' })).dispose()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
