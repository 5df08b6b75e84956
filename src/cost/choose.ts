/**
 * Which device suits a workload: a pure function of sizes and measured figures, never of a timing
 * inside the call. Opens nothing; `devices/open.ts` does.
 */

/**
 * Items (for a graph: vertices and arcs together) up to which plain JavaScript on the calling
 * thread ends first: a call that opens workers takes some 50 ms before it begins.
 */
export const REFERENCE_SIZE_LIMIT = 8192

/** A device kind with the reason for it, in words. */
export interface Choice {
  kind: 'reference' | 'wasm'
  reason: string
}

/**
 * The device for a kernel under `device: 'auto'`. A GPU is used only when asked for by name: no
 * figures of one are in the shipped table.
 *
 * @param count items that one pass of the kernel reads
 * @param what names them, for the reason: `vertices and arcs together`
 * @param whyNoWasm why WASM can't run here, if it can't
 */
export function chooseDevice(count: number, what: string, whyNoWasm: string | undefined): Choice {
  if (whyNoWasm !== undefined) return { kind: 'reference', reason: `auto: ${whyNoWasm}` }
  const sizes = `auto: ${count} ${what}`
  if (count <= REFERENCE_SIZE_LIMIT) {
    const reason = `${sizes}, plain JavaScript suffices up to ${REFERENCE_SIZE_LIMIT}`
    return { kind: 'reference', reason }
  }
  return { kind: 'wasm', reason: `${sizes}, more than ${REFERENCE_SIZE_LIMIT}` }
}
