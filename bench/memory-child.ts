/**
 * What the memory suite runs in a process of its own: reads FILE, ranks it unless the mode is
 * `read`, and prints its own peak memory as JSON.
 */

import { existsSync, readFileSync } from 'node:fs'
import { pagerank, readGraph } from 'ticktickclock'

const [file, mode, direction] = process.argv.slice(2)
const startMs = performance.now()
const graph = await readGraph(file, { directed: direction !== 'undirected' })
const readMs = performance.now() - startMs
let device = 'none'
if (mode === 'rank') device = (await pagerank(graph)).device.name
console.log(
  JSON.stringify({
    device,
    edgeCount: graph.edgeCount,
    vertexCount: graph.vertexCount,
    readMs,
    rankMs: mode === 'rank' ? performance.now() - startMs - readMs : undefined,
    peakBytes: peakBytes(),
  }),
)

/**
 * Linux counts maxRSS from the process that started this one, even across exec; VmHWM begins with
 * this program.
 */
function peakBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS
  return Number(kib) * 1024
}
