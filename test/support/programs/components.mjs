// Connected components by minimum label propagation, over typed columns: each rank owns a block of
// vertices and tells the owners of their neighbours of every label that got smaller.
import { defineComputation } from 'ticktickclock/bsp'

/** @typedef {{ vertexCount: number, edges: [number, number][] }} Input */

export default defineComputation({
  name: 'components',
  message: { vertex: 'u32', label: 'u32' },
  initialize: (/** @type {Input} */ { vertexCount, edges }, ctx) => {
    const block = ctx.block(vertexCount)
    const { start, end } = block
    const neighbors = Array.from({ length: end - start }, () => /** @type {number[]} */ ([]))
    for (const [a, b] of edges) {
      if (a >= start && a < end) neighbors[a - start].push(b)
      if (b >= start && b < end) neighbors[b - start].push(a)
    }
    const labels = Uint32Array.from({ length: end - start }, (_, i) => start + i)
    return { vertexCount, labels, neighbors, changed: labels.map((_, i) => i) }
  },
  isEmpty: ({ labels }) => labels.length === 0,
  supersteps: [
    {
      name: 'spread',
      compute(state, inbox, ctx) {
        const { start } = ctx.block(state.vertexCount)
        const changed = new Set(ctx.superstep === 0 ? state.changed : [])
        for (const { columns, length } of inbox.batches) {
          for (let i = 0; i < length; i++) {
            const own = columns.vertex[i] - start
            if (columns.label[i] >= state.labels[own]) continue
            state.labels[own] = columns.label[i]
            changed.add(own)
          }
        }
        return { ...state, changed: Uint32Array.from(changed) }
      },
      communicate({ vertexCount, labels, neighbors, changed }, send, ctx) {
        const block = ctx.block(vertexCount)
        for (const own of changed) {
          for (const vertex of neighbors[own]) {
            send(block.owner(vertex), { vertex, label: labels[own] })
          }
        }
      },
      converged: (_before, { changed }) => changed.length === 0,
    },
  ],
  output: ({ labels }) => labels,
  finalize: (parts) => parts.flatMap((labels) => [...labels]),
})
