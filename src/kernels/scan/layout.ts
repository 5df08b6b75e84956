// The parameter block that src/kernels/scan/wasm.ts fills and assembly/scan.ts reads, and the shape
// of the sums. Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets;
// u32 unless said otherwise.

/** Address of the values. */
export const VALUES = 0
/** Address of the sums; may be that of the values. */
export const OUTPUT = 4
/** Number of values. */
export const COUNT = 8
/** Element type: 0 u32, 1 i32, 2 f32, 3 f64. */
export const TYPE = 12
/** 1: a sum includes its own value. */
export const INCLUSIVE = 16
/** Address of [2][threads] sums of strips, 8 bytes each, for odd and even waves. */
export const STRIP_TOTALS = 20
/** Where a sliced call stopped: strips done, and the sum (8 bytes) of all before. */
export const STRIP = 24
export const CARRY = 32
export const PARAMETER_BYTES = 64

/**
 * Values of a group, added one by one: few, so that a processor works on several groups at
 * once.
 */
export const GROUP = 8
/** Values of a block, whose groups' sums are added one by one. */
export const BLOCK = 512
/** Values of a strip, likewise from blocks; a strip of f64 fits a second-level cache. */
export const STRIP_VALUES = 32768
