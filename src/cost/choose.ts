/**
 * Which device suits a workload: a pure function of sizes and measured figures, never of a timing
 * inside the call. Opens nothing; `devices/open.ts` does.
 */

/** Arcs times iterations below which plain JavaScript on the calling thread ends first. */
export const REFERENCE_ARC_LIMIT = 8192

/** A device kind with the reason for it, in words. */
export interface Choice {
  kind: 'reference' | 'wasm'
  reason: string
}

/**
 * The device for a graph kernel under `device: 'auto'`. A GPU is used only when asked for by name:
 * no figures of one are in the shipped table.
 *
 * @param arcCount stored arcs of the graph
 * @param whyNoWasm why WASM can't run here, if it can't
 */
export function chooseDevice(arcCount: number, whyNoWasm: string | undefined): Choice {
  if (whyNoWasm !== undefined) return { kind: 'reference', reason: `auto: ${whyNoWasm}` }
  if (arcCount <= REFERENCE_ARC_LIMIT) {
    const reason = `auto: ${arcCount} arcs, plain JavaScript suffices up to ${REFERENCE_ARC_LIMIT}`
    return { kind: 'reference', reason }
  }
  return { kind: 'wasm', reason: `auto: ${arcCount} arcs, more than ${REFERENCE_ARC_LIMIT}` }
}
