// The parameter block that src/kernels/histogram/wasm.ts fills and assembly/histogram.ts reads.
// Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32 unless
// said otherwise.

/** Address of the values. */
export const VALUES = 0
/** Number of values. */
export const COUNT = 4
/** Element type: 0 u32, 1 i32, 2 f32, 3 f64. */
export const TYPE = 8
/** Number of bins. */
export const BINS = 12
/** Address of f64[bins + 1]: where slots begin, ascending, NaN for never. */
export const THRESHOLDS = 16
/** Address of u32[threads][bins + 3]: below, the bins, above, NaN. */
export const SLOTS = 20
/** 1: the one thread has cleared its slots already. */
export const CLEARED = 24
/** f64: where bins of equal width begin, and bins over width; SCALE 0 says to search at once. */
export const LOW = 32
export const SCALE = 40
/** Next strip to take, on a cache line of its own. */
export const TICKET = 64
export const PARAMETER_BYTES = 128

/** Values that a thread takes at once. */
export const STRIP_VALUES = 32768
