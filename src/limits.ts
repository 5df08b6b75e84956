/**
 * Every limit of the package: what it is, why, and what breaks beyond it.
 */

/** A WebAssembly memory with 32-bit addresses has at most 65,536 pages of 64 KiB. */
export const WASM_MEMORY_BYTES = 65_536 * 65_536

/** CSR offsets are u32: more edges would wrap. */
export const MAX_EDGE_COUNT = 0xffff_ffff

/**
 * Vertex numbers are u32, and one value (2^32 - 1) stays free as "none". Typed arrays of V8 end at
 * 2^33 bytes, far above.
 */
export const MAX_VERTEX_COUNT = 0xffff_fffe

/** Offsets into the text of string ids are u32: more text would wrap. */
export const MAX_ID_TEXT_BYTES = 0xffff_ffff

/** Longest line of a text format: a longer one is not a graph, and would have to be held whole. */
export const MAX_LINE_BYTES = 64 * 1024

/** Work on the calling thread is cut into slices of about this long, with pauses for events. */
export const SLICE_MS = 20

/** Most worker threads of a pool: beyond, barriers cost more than the threads bring. */
export const MAX_THREADS = 256

/** V8 makes no ArrayBuffer above 2^33 - 1 bytes (Node 20); other hosts stop earlier. */
export const MAX_ARRAY_BYTES = 2 ** 33 - 1

/** Most bins of a histogram: every thread counts in slots of its own, 4 bytes a bin. */
export const MAX_BIN_COUNT = 2 ** 20

/** Rows of a table of text are found by u32 offsets: more bytes would wrap. */
export const MAX_TABLE_BYTES = 0xffff_ffff

/** Longest time-out: timers of hosts count milliseconds in an i32. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1

/**
 * Time that processors get to come back from a run that has ended early: enough for what looks at
 * `ctx.aborted`; beyond, threads are ended.
 */
export const GRACE_MS = 250

/** Most processors of a BSP run: each pair of them has descriptors in the control block. */
export const MAX_PROCESSORS = 1024

/** Most processors that the cost model is asked about: far beyond any machine. */
export const MAX_PREDICTED_PROCESSORS = 2 ** 20

/**
 * Levels of nesting in a plain value that is sent. Writing and reading recurse: before V8 has
 * optimised them, the stack of Node's main thread (1 MB) ends at 1,750 levels of Maps in Maps.
 */
export const MAX_VALUE_DEPTH = 1000

/** Longest item of a JSON list, and longest option: it is held as text while it is parsed. */
export const MAX_JSON_ITEM_BYTES = 64 * 2 ** 20
