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
/** Address of [threads][RUN_SLOTS] sums of runs, 8 bytes each. */
export const RUN_TOTALS = 20
/** Address of [2][threads] sums of strips, 8 bytes each, for odd and even waves. */
export const STRIP_TOTALS = 24
/** Where a sliced call stopped: strips done, and the sum (8 bytes) of all before. */
export const STRIP = 28
export const CARRY = 32
export const PARAMETER_BYTES = 64

/** Values of a run: added one by one. */
export const RUN = 128
/** Runs of a block, whose sums are added one by one. */
export const RUNS = 8
/** Blocks of a strip, likewise; a strip of f64 and its sums fit a second-level cache. */
export const BLOCKS = 32
export const RUNS_OF_STRIP = 256
/** Room for those and for the start of the run behind them, in whole cache lines. */
export const RUN_SLOTS = 264
/** Values of a strip; sums of strips are added one by one, too. */
export const STRIP_VALUES = 32768
