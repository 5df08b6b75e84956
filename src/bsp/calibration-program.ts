/**
 * What calibrate.ts measures: supersteps that compute nothing and send so many bytes, from every
 * processor to every one. Loaded by URL on other threads.
 */

import { defineComputation } from './computation.js'

/** Bytes that each processor sends, superstep by superstep. */
export interface CalibrationInput {
  hBytes: readonly number[]
}

const VALUE_BYTES = Float64Array.BYTES_PER_ELEMENT

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default defineComputation({
  name: 'calibration',
  message: { value: 'f64' },
  initialize({ hBytes }: CalibrationInput, { processors }) {
    const lengths = hBytes.map((bytes) => Math.round(bytes / VALUE_BYTES / processors))
    return { lengths, values: new Float64Array(Math.max(0, ...lengths)).fill(1) }
  },
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate({ lengths, values }, send, { superstep, processors }) {
        const length = lengths[superstep]
        if (length === 0) return
        const value = values.subarray(0, length)
        for (let to = 0; to < processors; to++) send.batch(to, { value })
      },
      // Rounds until the run is stopped.
      converged: () => false,
    },
  ],
  snapshot: (state) => state,
  output: () => null,
})
