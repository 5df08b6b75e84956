/** The README's fifteen lines: read a graph, rank it, keep it on a device for more. */

import { openDevice, pagerank, readGraph, topVertices } from 'ticktickclock'

const routes = new URL('../data/flights-airport.csv', import.meta.resolve('vega-datasets'))
const graph = await readGraph(routes, { directed: true, weights: 'count' })

const { ranks, converged, errorBound, device } = await pagerank(graph, {
  damping: 0.85,
  tolerance: 1e-10,
  device: 'auto',
})
console.log(`${device.name}, converged: ${converged}, at most ${errorBound} from exact`)
for (const { id, value } of topVertices(graph, ranks, 3)) console.log(id, value)

// Held by a device, a graph is uploaded and prepared once.
await using wasm = await openDevice({ kind: 'wasm', threads: 2 })
const resident = await wasm.upload(graph)
for (const damping of [0.5, 0.9]) {
  const { iterations, timings } = await pagerank(resident, { damping })
  console.log(`damping ${damping}: ${iterations} iterations, ${timings.computeMs.toFixed(2)} ms`)
}
