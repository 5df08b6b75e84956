// The parameter block that src/kernels/sort/wasm.ts fills and assembly/sort*.ts read. Compiled
// twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32 unless said
// otherwise.

/** Values. */
export const COUNT = 0
/** Address of the values as they are. */
export const SOURCE = 4
/** Address of the array that the partition fills, with a gap of GAP_BYTES behind each bucket. */
export const PARTITION = 8
/** Bytes between buckets in PARTITION: 0 or BUCKET_GAP_BYTES. */
export const GAP_BYTES = 12
/** Address of the result, which is also room for sorting a bucket; may be the source. */
export const RESULT = 16
/** How values are put into buckets: one of the MODE_… below. Chosen by the kernel. */
export const MODE = 20
/** Buckets in use. */
export const BUCKET_COUNT = 24
/** Buckets of equal width: bucket = (key >> SHIFT) - LOW. */
export const SHIFT = 28
/** u64: the bucket, without LOW, of the smallest key of the sample. */
export const LOW = 32
/** u64 each: how bits become keys that order as unsigned numbers; see assembly/sort-keys.ts. */
export const SIGN_MASK = 40
export const XOR_MASK = 48
export const OFFSET = 56
export const FLIP_MASK = 64
/** u64: keys from here on are NaN. */
export const NAN_FROM = 72
/** Address of u32[threads][MAX_BUCKETS]: counts, then cursors. */
export const COUNTS = 80
/** Address of u32[MAX_BUCKETS + 1]: where buckets begin. */
export const STARTS = 84
/** Address of the sample, 2 × SAMPLE_COUNT u64, and after sorting of the splitters. */
export const SAMPLE = 88
/** Address of u16[COUNT]: each value's bucket under MODE_SPLITTERS. */
export const BUCKET_IDS = 92
/** Address of u32[threads][TABLE_WORDS]: the local sort's tables. */
export const TABLES = 96
/** Address of u32[threads]: whether a thread's values are ascending (1) or falling (2). */
export const RUNS = 100
/** Where a sliced call stopped: phase and position in it. */
export const PHASE = 104
export const CURSOR = 108
/** The next bucket to sort, on its own cache line. */
export const TICKET = 128

export const PARAMETER_BYTES = 192

/** In order already: copied. */
export const MODE_ASCENDING = 0
/** Falling, no two alike: turned around. */
export const MODE_FALLING = 1
/** Few values: one bucket. */
export const MODE_ONE = 2
/** Buckets by the highest bits, for all keys there are; without SIGN_MASK and OFFSET. */
export const MODE_HIGHEST_BITS = 3
/** Buckets of equal width between the sample's ends. */
export const MODE_SHIFT = 4
/** Buckets between splitters from the sample, and one for the equals of each splitter. */
export const MODE_SPLITTERS = 5

/** Buckets at most; splitters keep two buckets each. */
export const MAX_BUCKETS = 1024
/** Buckets of equal width at most, as a power of two: what one scatter writes at stays in L1. */
export const MAX_BUCKET_BITS = 9
/** Values of a bucket, as a power of two, from which on there are fewer buckets. */
export const BUCKET_COUNT_BITS = 12
/** Leaves of the splitters' search at most, a power of two. */
export const MAX_LEAVES = 512
/**
 * Two pages and a cache line. Buckets of equal width fill at one pace, and at a distance of a power
 * of two their pages fall into the same few sets of the TLB: moving 2^24 keys took 2 to 3 times as
 * long without gaps.
 */
export const BUCKET_GAP_BYTES = 8256
/** Values from which buckets lie apart: the pages of fewer fit the TLB. */
export const GAP_COUNT = 4194304
/** Values that a partition would not make faster. */
export const ONE_BUCKET_COUNT = 16384
/** Values looked at to choose buckets. */
export const SAMPLE_COUNT = 4096
/** Buckets of equal width get this many times their share of the sample at most. */
export const UNEVENNESS = 4
/** Values between two looks at the abort flag: well under a millisecond each. */
export const BLOCK_COUNT = 32768
/** Bits of a digit of the local sort at most. */
export const WIDEST_DIGIT = 12
/** Two histograms of such digits. */
export const TABLE_WORDS = 8192

// --- ordering: sortPack, sortUnpack, sortGather
/** Address of the permutation that is refined; 0 for none. */
export const PERMUTATION = 112
/** Bytes of a value: 1, 2, 4 or 8. */
export const ELEMENT_BYTES = 116
/** 1: the key's upper 32 bits; 0: its lower ones. */
export const UPPER_HALF = 120

// --- topK: sortTally, sortPick; unique: sortRuns; searchSorted: sortSearch
/** Values of DIGIT, the keys' upper 16 bits (all bits of narrower values). */
export const DIGIT_KINDS = 65536
/** sortPick takes positions whose DIGIT is at most this. */
export const LAST_DIGIT = 20
/** How many sortPick took, sortRuns found (result). */
export const FOUND = 24
/** sortRuns: address of u32[COUNT + 1], where runs begin. sortSearch: address of the queries. */
export const OTHER = 112
/** sortSearch: values to search in. */
export const SORTED_COUNT = 28
/** sortSearch: 1 for the place behind equals. */
export const IS_RIGHT = 120
