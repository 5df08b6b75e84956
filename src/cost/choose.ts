/**
 * Which device suits a workload: a pure function of sizes and measured figures, never of a timing
 * inside the call. Opens nothing; `devices/open.ts` does.
 */

/**
 * Vertices and arcs together up to which plain JavaScript on the calling thread ends first: an
 * iteration passes over both.
 */
export const REFERENCE_SIZE_LIMIT = 8192

/** A device kind with the reason for it, in words. */
export interface Choice {
  kind: 'reference' | 'wasm'
  reason: string
}

/**
 * The device for a graph kernel under `device: 'auto'`. A GPU is used only when asked for by name:
 * no figures of one are in the shipped table.
 *
 * @param size of the graph; `arcCount` stored arcs
 * @param whyNoWasm why WASM can't run here, if it can't
 */
export function chooseDevice(
  size: { readonly vertexCount: number; readonly arcCount: number },
  whyNoWasm: string | undefined,
): Choice {
  if (whyNoWasm !== undefined) return { kind: 'reference', reason: `auto: ${whyNoWasm}` }
  const count = size.vertexCount + size.arcCount
  const what = `auto: ${count} vertices and arcs together`
  if (count <= REFERENCE_SIZE_LIMIT) {
    const reason = `${what}, plain JavaScript suffices up to ${REFERENCE_SIZE_LIMIT}`
    return { kind: 'reference', reason }
  }
  return { kind: 'wasm', reason: `${what}, more than ${REFERENCE_SIZE_LIMIT}` }
}
