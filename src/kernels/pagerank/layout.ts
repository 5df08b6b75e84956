// The parameter block that src/kernels/pagerank/wasm.ts fills and assembly/pagerank.ts reads.
// Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32 unless
// said otherwise; "row" is a vertex under its new label, "entry" one in-arc of a row.

// --- what both kernels read
/** Vertices. */
export const VERTEX_COUNT = 0
/** Address of the layout's rows: u32[n], old label by new. */
export const ORDER = 4
/** Rows stored one by one, the rest in slices of 8. */
export const HEAVY_COUNT = 8
/** Units: heavy rows, then slices. */
export const UNIT_COUNT = 12
/** Address of u32[units + 1]: first entry of a unit. */
export const UNIT_START = 16
/** Address of u32[entries]: byte offset of the source's contribution. */
export const ENTRIES = 20
/** Address of the entries' weights over the source's out-weight, f64 or f32; 0 if unweighted. */
export const VALUES = 24
/** Address of 1/out-degree by row (1 if weighted, 0 if dangling), f64 or f32. */
export const INVERSE = 28
/** Blocks of units: the fixed pieces of every reduction. */
export const BLOCK_COUNT = 32
/** Address of u32[blocks + 1]: first unit of a block. */
export const BLOCK_START = 36
/** Bytes of a rank: 8 or 4. */
export const ELEMENT_BYTES = 40
/** Where a sliced call stopped: phase and position in it. */
export const PHASE = 44
export const CURSOR = 48

/** 1: fixed point; elements are u64, those of INVERSE and VALUES fractions of 2^63. */
export const FIXED = 52

// --- prepare only
/** Address of the CSR's offsets u32[n + 1], targets u32[m] and weights f64[m] (or 0). */
export const CSR_OFFSETS = 56
export const CSR_TARGETS = 60
export const CSR_WEIGHTS = 64
export const ARC_COUNT = 68
/** Address of u32[threads][n]: counts, then cursors, by old label. */
export const COUNTS = 72
/** Address of u32[n]: in-degree by old label. */
export const DEGREES = 76
/** Address of u32[n]: new label by old. */
export const LABELS = 80
/** Address of u32[HEAVY_DEGREE + 1]: counting sort's buckets. */
export const BUCKETS = 84
/** Entries that belong to heavy rows (result). */
export const HEAVY_ENTRIES = 88
/** Address of f64[n]: out-weights by old label; unused if unweighted. */
export const TOTALS = 180
/** 1: every arc has its reverse, so a row's in-arcs are its vertex's own arcs. */
export const SYMMETRIC = 188
/** In-arcs of the longest row (result). */
export const LONGEST = 184
/** Most blocks that BLOCK_START has room for. */
export const BLOCK_LIMIT = 92

// --- iterate only
/** Address of the ranks by row. */
export const RANKS = 96
/** Address of two arrays of contributions, used in turn, each with a zero slot at the end. */
export const CONTRIBUTIONS = 100
export const NEXT_CONTRIBUTIONS = 104
/** Address of the personalisation by row; 0 if uniform. */
export const PERSONALIZATION = 108
/** Address of f64[n] by old label: start vector, 0 if uniform. */
export const START_INPUT = 112
/** Address of f64[n] by old label: personalisation, 0 if uniform. */
export const PERSONALIZATION_INPUT = 116
/** Address of f64[2][2][blocks]: residual and dangling mass by block, for odd and even steps. */
export const PARTIALS = 120
/** Address of the ranks by old label (result). */
export const OUTPUT = 124
/** Iterations to run at most. */
export const MAX_ITERATIONS = 128
/** 1: dangling mass goes to the personalisation; 0: it is lost. */
export const REDISTRIBUTE = 132
/** Iterations finished (result). */
export const ITERATION = 136
/** f64. */
export const DAMPING = 144
/** f64: stop at residual ≤ this. */
export const TOLERANCE = 152
/** f64 (result). */
export const RESIDUAL = 160
/** f64: dangling mass of the ranks as they are. */
export const DANGLING = 168
/**
 * Address of f64[16]: personalisation of the last slice, 0 in its padding; then the uniform one.
 */
export const TAIL_PERSONALIZATION = 176
/** Three tickets (next block to take), used in turn, one cache line each. */
export const TICKETS = 192
export const TICKET_STRIDE = 64

// --- part only (assembly/pagerank-part.ts): rows of one processor, in fixed blocks of vertices.
// BLOCK_COUNT is 1, BLOCK_START is u32[blocks][2]: first unit and heavy rows of each block. The
// fields above that differ by block are set for one after the other.
/** Blocks of the part. */
export const PART_BLOCKS = 384
/** Rows of the part; of a block, the last one may have fewer; slots of a block. */
export const PART_ROWS = 388
export const PART_BLOCK_ROWS = 392
export const PART_BLOCK_SLOTS = 396
/** Addresses of the part's ranks, reciprocals and units. */
export const PART_RANKS = 400
export const PART_INVERSE = 404
export const PART_UNIT_START = 408
/** Written for each iteration. f64: what a row gets of its personalisation. */
export const PART_JUMP = 416
/** Addresses of everybody's contributions by slot, and of where the part's own go. */
export const PART_SOURCE = 424
export const PART_SINK = 428

// --- fixed point only (assembly/pagerank-fixed.ts): DAMPING, TOLERANCE, RESIDUAL and DANGLING are
// u64, and TOLERANCE is what the residual has to be below; a ticket's line holds a step's two sums.
/** u64: the rank to start with, and the fraction of the jump, where they are uniform. */
export const UNIFORM_RANK = 448
export const UNIFORM_JUMP = 456

export const PARAMETER_BYTES = 464

/** Rows with at least this many entries are stored one by one: bounds padding to 7 × this. */
export const HEAVY_DEGREE = 512
/** Rows of a slice. */
export const SLICE_ROWS = 8
/** Work of a block: entries plus 2 a row. Fixed, so that sums don't depend on threads. */
export const BLOCK_WORK = 16384
