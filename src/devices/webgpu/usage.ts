/**
 * WebGPU's usage flags by name. Browsers have them as globals, Node does not; the numbers are the
 * standard's (WebGPU, sections 5.1.2 and 5.2).
 */

export const BUFFER_USAGE = {
  MAP_READ: 0x1,
  MAP_WRITE: 0x2,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
} as const

/** What timestamps are written to. */
export const QUERY_RESOLVE = 0x200

/** The only map mode that is used: reading. */
export const MAP_MODE_READ = 0x1

/** Data that kernels work on and that can be copied both ways. */
export const STORAGE = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST
