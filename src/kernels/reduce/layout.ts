// The parameter block that src/kernels/reduce/wasm.ts fills and assembly/reduce.ts reads. Compiled
// twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32 each. The shape of
// the reduction is in src/graph/reduction/layout.ts.

/** Address of the values. */
export const VALUES = 0
/** Number of values. */
export const COUNT = 4
/** Element type: 0 u32, 1 i32, 2 f32, 3 f64. */
export const TYPE = 8
/** What to compute: SUM … EXTENT. */
export const OPERATION = 12
/** Address of f64[blocks][2]: the partial results. */
export const PAIRS = 16
/** Next block to take, on a cache line of its own. */
export const TICKET = 64
/** 64 bytes for the last values, padded to a whole group. */
export const PAD = 128
export const PARAMETER_BYTES = 192

/** Pair: sum, sum of absolute values (0 for integers, whose sums are exact). */
export const SUM = 0
/** Pair: factor in ±[1, 2) (or 0, infinite, NaN), exponent of 2. Integers: product, 0. */
export const PRODUCT = 1
/** Pair: minimum, 0. */
export const MIN = 2
/** Pair: maximum, 0. */
export const MAX = 3
/** Pair: minimum and maximum of the finite values; ∞ and -∞ where there are none. */
export const EXTENT = 4

/** Blocks that a thread takes at once. */
export const STRIP_BLOCKS = 64
