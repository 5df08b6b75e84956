// The shape of a reduction, on which its bits depend. Compiled twice, by TypeScript and by
// AssemblyScript: constants only.

/** Values of a block: short enough for small rounding errors, long enough to pay for its pair. */
export const BLOCK = 1024
/** Running sums in a block: value i goes to sum i mod 8. */
export const LANES = 8
/** Factors in [1, 2) that are multiplied before the exponent is taken out: below 2^1024. */
export const FACTORS = 512
