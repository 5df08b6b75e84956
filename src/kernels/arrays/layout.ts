// The words that the host and the workers of a flow share: src/kernels/arrays/wasm-flow.ts moves
// blocks of values through rings in the pool's memory, assembly/flow.ts waits for them there.
// Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets of u32 words.

/** Blocks that the host has brought in; workers wait on it. */
export const READY = 0
/** Not 0: no block will be waited for any more, because one has failed. */
export const STOPPED = 64
/** Not 0: the host may be asleep, waiting for a word of FINISHED. */
export const HOST_WAITS = 128
/** u32[slots]: for each slot of the rings 1 + the number of the block finished there last. */
export const FINISHED = 192
