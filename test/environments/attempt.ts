/** A page's script that tries each way to compute and reports what each says when it fails. */

import type * as everything from '../../dist/browser/ticktickclock.module.js'

declare const ticktickclock: typeof everything

/** What each way said. */
export interface Attempts {
  device: string
  auto: string
  worker: string
  doctor: string
}

const { doctor, generateUniform, openDevice, pagerank, worker } = ticktickclock
const say = (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`

async function attempt(): Promise<Attempts> {
  const graph = generateUniform({ vertexCount: 5000, edgeCount: 20_000, seed: 1 })
  const { wasm } = await doctor()
  return {
    device: await openDevice({ kind: 'wasm', threads: 1 }).then(() => 'opened', say),
    auto: await pagerank(graph, { threads: 2 }).then(({ reason }) => reason, say),
    worker: await worker
      .connectWorker()
      .then((connected) => connected.sort(Float64Array.of(2, 1)))
      .then(() => 'sorted', say),
    doctor: wasm.available ? 'available' : `${wasm.why}; ${wasm.remedy}`,
  }
}

void attempt().then((said) => {
  document.documentElement.dataset.report = JSON.stringify(said)
})
